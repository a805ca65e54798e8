using System.Collections.Concurrent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Copy;

/// <summary>A message cannot be written for this customer, or its copy is no valid template.</summary>
public sealed class MessageException(string message) : Exception(message);

/// <summary>Turns copy and one customer's values into the message that customer gets. Values are HTML-encoded in HTML, never read as templates.</summary>
public sealed class MessageRenderer(EmailLayout layout)
{
    private const int MostTemplates = 500;
    private readonly ConcurrentDictionary<(CopyVariant, Channel), MessageTemplate> _templates = new();

    /// <param name="channel">E-mail gets a layout; the others the short text alone.</param>
    /// <exception cref="MessageException">Unknown placeholder, or a value is missing that has no fallback; the message names it.</exception>
    public RenderedMessage Render(CopyVariant variant, MessageContext context, Channel channel = Channel.Email)
    {
        if (!_templates.TryGetValue((variant, channel), out var template))
        {
            if (_templates.Count >= MostTemplates)
            {
                _templates.Clear(); // drafts being typed leave many behind
            }

            template = MessageTemplate.Compile(variant, channel, layout);
            _templates[(variant, channel)] = template;
        }

        return template.Fill(context);
    }
}
