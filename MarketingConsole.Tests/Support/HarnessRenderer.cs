using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.Logging.Abstractions;
#pragma warning disable BL0006 // the render tree is public, though meant for renderers: this is one

namespace MarketingConsole.Tests.Support;

/// <summary>Keeps the render tree in memory and writes it as HTML; event handlers become attributes that hold their id.</summary>
internal sealed class HarnessRenderer(IServiceProvider services) : Renderer(services, NullLoggerFactory.Instance)
{
    public const string EventPrefix = "bl:";
    private Exception? _error;

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    public Task<int> AddAsync<TComponent>(ParameterView parameters) where TComponent : IComponent => Dispatcher.InvokeAsync(async () =>
    {
        var id = AssignRootComponentId(InstantiateComponent(typeof(TComponent)));
        await RenderRootComponentAsync(id, parameters);
        ThrowIfFailed();
        return id;
    });

    public Task RaiseAsync(ulong handler, EventArgs arguments) => Dispatcher.InvokeAsync(async () =>
    {
        await DispatchEventAsync(handler, null, arguments);
        ThrowIfFailed();
    });

    public string Html(int componentId) => Dispatcher.InvokeAsync(() =>
    {
        ThrowIfFailed();
        var html = new StringBuilder();
        WriteComponent(html, componentId);
        return html.ToString();
    }).GetAwaiter().GetResult();

    protected override void HandleException(Exception exception) => _error = exception;

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch) => Task.CompletedTask;

    private void ThrowIfFailed()
    {
        if (_error is { } error)
        {
            _error = null;
            throw new InvalidOperationException("The component failed: " + error.Message, error);
        }
    }

    private void WriteComponent(StringBuilder html, int id)
    {
        var frames = GetCurrentRenderTreeFrames(id);
        Write(html, frames.Array, 0, frames.Count);
    }

    private void Write(StringBuilder html, RenderTreeFrame[] frames, int at, int end)
    {
        while (at < end)
        {
            ref var frame = ref frames[at];
            switch (frame.FrameType)
            {
                case RenderTreeFrameType.Text:
                    html.Append(HtmlEncoder.Default.Encode(frame.TextContent));
                    at++;
                    break;
                case RenderTreeFrameType.Markup:
                    html.Append(frame.MarkupContent);
                    at++;
                    break;
                case RenderTreeFrameType.Region:
                    Write(html, frames, at + 1, at + frame.RegionSubtreeLength);
                    at += frame.RegionSubtreeLength;
                    break;
                case RenderTreeFrameType.Component:
                    WriteComponent(html, frame.ComponentId);
                    at += frame.ComponentSubtreeLength;
                    break;
                case RenderTreeFrameType.Element:
                    WriteElement(html, frames, at);
                    at += frame.ElementSubtreeLength;
                    break;
                default:
                    at++;
                    break;
            }
        }
    }

    private void WriteElement(StringBuilder html, RenderTreeFrame[] frames, int at)
    {
        var (name, end) = (frames[at].ElementName, at + frames[at].ElementSubtreeLength);
        html.Append('<').Append(name);
        for (at++; at < end && frames[at].FrameType == RenderTreeFrameType.Attribute; at++)
        {
            WriteAttribute(html, in frames[at]);
        }

        html.Append('>');
        Write(html, frames, at, end);
        if (name is not ("input" or "br" or "hr" or "img"))
        {
            html.Append("</").Append(name).Append('>');
        }
    }

    private static void WriteAttribute(StringBuilder html, in RenderTreeFrame attribute)
    {
        if (attribute.AttributeEventHandlerId > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $" {EventPrefix}{attribute.AttributeName}=\"{attribute.AttributeEventHandlerId}\"");
        }
        else if (attribute.AttributeValue is true)
        {
            html.Append(' ').Append(attribute.AttributeName);
        }
        else if (attribute.AttributeValue is { } value and not false)
        {
            html.Append(' ').Append(attribute.AttributeName).Append("=\"").Append(HtmlEncoder.Default.Encode(Convert.ToString(value, CultureInfo.InvariantCulture)!)).Append('"');
        }
    }
}
