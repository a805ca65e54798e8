using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch.Tracking;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Measured">The customer allows profiling, so opens and clicks may be measured.</param>
internal sealed record Recipient(int Id, string Key, string? Email, string? Phone, string? FirstName, string? LastName, string? City, bool Measured);

/// <summary>Writes the message of one dispatch.</summary>
internal sealed class MessageComposer(MessageRenderer renderer, TrackingLinks links, ShopCalendar calendar, IOptions<ShopOptions> shop, TimeProvider time)
{
    /// <exception cref="MessageException">A placeholder has no value for this customer.</exception>
    public async ValueTask<OutgoingMessage> ComposeAsync(CampaignPlan plan, DispatchRecord row, Recipient to, OfferDetails? offer, CancellationToken cancellationToken)
    {
        var tokens = await links.TokensAsync(cancellationToken);
        var key = new DispatchKey(row.CampaignId, row.Occurrence, row.CustomerId);
        var variant = plan.Variants[Math.Min(row.Variant, plan.Variants.Count - 1)];
        var target = offer?.Draft.LinkUrl ?? links.BaseUrl;
        var unsubscribe = links.Url(tokens, LinkKind.Unsubscribe, key);
        var context = new MessageContext
        {
            CustomerKey = to.Key,
            FirstName = to.FirstName,
            LastName = to.LastName,
            City = to.City,
            ShopName = shop.Value.Name,
            PostalAddress = shop.Value.PostalAddress,
            LinkUrl = to.Measured ? links.Url(tokens, LinkKind.Click, key, await links.LinkIdAsync(target, cancellationToken)) : target,
            UnsubscribeUrl = unsubscribe,
            PreferencesUrl = links.Url(tokens, LinkKind.Preferences, key),
            OpenPixelUrl = to.Measured && plan.Channel == Channel.Email ? links.Url(tokens, LinkKind.Open, key) : null,
        };
        if (offer is not null)
        {
            context = context.WithOffer(offer.Draft, variant.Language, shop.Value.Currency, calendar.Zone);
        }

        var rendered = renderer.Render(variant, context, plan.Channel);
        var address = AudiencePlanner.AddressOf(new(to.Id, to.Key, to.Email, to.Phone, null), plan.Channel)!;
        var name = $"{to.FirstName} {to.LastName}".Trim();
        return new OutgoingMessage(key, plan.Channel, tokens.MessageId(key), address, name.Length == 0 ? null : name, rendered.Subject, rendered.Text, rendered.Html, time.GetUtcNow().UtcDateTime)
        {
            FromName = plan.FromName.Length == 0 ? shop.Value.Name : plan.FromName,
            UnsubscribeUrl = plan.Channel == Channel.Email ? unsubscribe : null,
        };
    }
}
