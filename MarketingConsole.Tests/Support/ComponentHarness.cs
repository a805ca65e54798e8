using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

#pragma warning disable BL0006 // see HarnessRenderer

namespace MarketingConsole.Tests.Support;

/// <summary>Renders one component interactively in process, finds its elements and raises their events.</summary>
public sealed class ComponentHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly HarnessRenderer _renderer;
    private int _root;

    /// <param name="configure">Services the component asks for; JS calls are recorded and answered with defaults.</param>
    public ComponentHarness(Action<IServiceCollection>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RecordingJs>();
        services.AddSingleton<IJSRuntime>(x => x.GetRequiredService<RecordingJs>());
        services.AddSingleton<NavigationManager, FixedNavigation>();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        _renderer = new HarnessRenderer(_services);
    }

    public IServiceProvider Services => _services;

    /// <summary>Calls into the browser so far.</summary>
    public IReadOnlyList<(string Name, object?[] Arguments)> JsCalls => _services.GetRequiredService<RecordingJs>().Calls;

    /// <summary>Current markup.</summary>
    public string Html => _renderer.Html(_root);

    public async Task RenderAsync<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent =>
        _root = await _renderer.AddAsync<TComponent>(ParameterView.FromDictionary(parameters.ToDictionary(x => x.Name, x => x.Value)));

    public IElement Find(string selector) => FindAll(selector) is [var first, ..] ? first : throw new InvalidOperationException($"No element {selector} in\n{Html}");

    public IReadOnlyList<IElement> FindAll(string selector) => [.. new HtmlParser().ParseDocument($"<body>{Html}</body>").QuerySelectorAll(selector)];

    public Task ClickAsync(string selector) => RaiseAsync(selector, "onclick", new MouseEventArgs { Detail = 1 });

    public Task ChangeAsync(string selector, object? value) => RaiseAsync(selector, "onchange", new ChangeEventArgs { Value = value });

    public Task InputAsync(string selector, object? value) => RaiseAsync(selector, "oninput", new ChangeEventArgs { Value = value });

    /// <param name="name">With "on", e.g. "onkeydown".</param>
    public Task RaiseAsync(string selector, string name, EventArgs arguments)
    {
        var handler = Find(selector).GetAttribute(HarnessRenderer.EventPrefix + name) ?? throw new InvalidOperationException($"{selector} has no {name}.");
        return _renderer.RaiseAsync(ulong.Parse(handler, CultureInfo.InvariantCulture), arguments);
    }

    /// <summary>Waits for what a component does by itself.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 250 && !holds(); i++)
        {
            await Task.Delay(20);
        }

        Assert.True(holds(), "Did not happen within 5 s:\n" + Html);
    }

    public async ValueTask DisposeAsync()
    {
        await _renderer.DisposeAsync();
        await _services.DisposeAsync();
    }

    private sealed class RecordingJs : IJSRuntime
    {
        private readonly List<(string, object?[])> _calls = [];

        public IReadOnlyList<(string Name, object?[] Arguments)> Calls => _calls;

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            _calls.Add((identifier, args ?? []));
            return ValueTask.FromResult<TValue>(default!);
        }
    }

    private sealed class FixedNavigation : NavigationManager
    {
        public FixedNavigation() => Initialize("http://localhost/", "http://localhost/");

        protected override void NavigateToCore(string uri, NavigationOptions options)
        {
            Uri = ToAbsoluteUri(uri).ToString();
            NotifyLocationChanged(isInterceptedLink: false);
        }
    }
}
