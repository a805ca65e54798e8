using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Sample;

/// <summary>Newsletters and the past campaigns as one sample customer received and answered them.</summary>
internal sealed class SampleMail(SampleShop shop, SamplePerson person, Random random, SampleRows rows, SampleConsents consents, SampleShopping shopping)
{
    private const double UnsubscribeChance = .0012, OrderAfterClick = .07;
    private readonly bool _bounces = random.NextDouble() < .006;
    private readonly List<DateTime> _caused = [];

    /// <returns>Instants of orders that a message caused.</returns>
    public IReadOnlyList<DateTime> Send(IReadOnlyList<DateTime> orders)
    {
        var mailings = shop.Newsletters.Select(x => (At: x, Campaign: (SampleCampaign?)null)).Concat(shop.Campaigns.Select(x => (x.At, (SampleCampaign?)x))).OrderBy(x => x.At);
        foreach (var (at, campaign) in mailings.Where(x => x.At > person.Customer.CreatedAt))
        {
            var last = orders.Concat(_caused).Where(x => x < at).Select(x => (DateTime?)x).Max();
            if (campaign is not null)
            {
                Receive(campaign, orders, last);
            }
            else if (consents.Email && !_bounces)
            {
                Receive(at, null, last, $"newsletter-{at:yyyy-MM-dd}");
            }
        }

        return _caused;
    }

    private void Receive(SampleCampaign campaign, IReadOnlyList<DateTime> orders, DateTime? last)
    {
        var categories = person.Habits.Tastes.Index().OrderByDescending(x => x.Item).Take(3).Select(x => SampleCatalogue.Categories[x.Index].Name).ToHashSet();
        if (!campaign.Aim(new SampleHistory(categories, last, orders.Count(x => x < campaign.At), campaign.At)))
        {
            return;
        }

        var planned = campaign.At.AddSeconds(-5);
        var dispatch = new DispatchRecord { CampaignId = campaign.Id, Occurrence = campaign.Occurrence, CustomerId = person.Customer.Id, Channel = Channel.Email, CreatedAt = planned };
        rows.Dispatches.Add(dispatch);
        if (!consents.Email)
        {
            (dispatch.Status, dispatch.Reason) = (DispatchStatus.Skipped, "No consent for e-mail");
            return;
        }

        (dispatch.OfferId, dispatch.Variant) = (campaign.OfferId, person.Customer.Id % campaign.Variants);
        if (MessageIds.Hash($"holdout/{campaign.Id}/{person.Customer.Id}") % 1000 < campaign.HoldoutPercent * 10)
        {
            dispatch.Status = DispatchStatus.HeldOut;
        }
        else if (_bounces)
        {
            (dispatch.Status, dispatch.Reason, dispatch.Attempts) = (DispatchStatus.Failed, "550 5.1.1 Mailbox does not exist", 1);
            shopping.Add(EventType.EmailBounce, campaign.At.AddMinutes(1), Channel.Email).CampaignId = campaign.Id;
            if (rows.Suppressions.Count == 0)
            {
                rows.Suppressions.Add(new Suppression { Purpose = Purpose.Email, Address = person.Customer.EmailKey!, Reason = "hard bounce", At = campaign.At.AddMinutes(1) });
            }
        }
        else
        {
            (dispatch.Status, dispatch.Attempts, dispatch.SentAt) = (DispatchStatus.Sent, 1, campaign.At.AddMilliseconds(random.Next(120_000)));
            (dispatch.OpenedAt, dispatch.ClickedAt) = Receive(dispatch.SentAt.Value, campaign, last, $"campaign-{campaign.Id}");
        }
    }

    private (DateTime? Opened, DateTime? Clicked) Receive(DateTime at, SampleCampaign? campaign, DateTime? last, string reference)
    {
        Mail(EventType.EmailSent, at, campaign, reference);
        var interest = last is { } order && (at - order).TotalDays < 150 ? 1 : .45;
        if (random.NextDouble() > person.Habits.OpenChance * interest)
        {
            return default;
        }

        var opened = at.AddHours(LogNormal.Sample(random, 1.1, 1.3));
        if (opened >= shop.Now)
        {
            return default;
        }

        Mail(EventType.EmailOpen, opened, campaign, reference);
        if (campaign is not null && random.NextDouble() < campaign.Uplift)
        {
            _caused.Add(opened.AddHours(1 + (random.NextDouble() * 60)));
        }

        if (random.NextDouble() < UnsubscribeChance / person.Habits.OpenChance)
        {
            Mail(EventType.Unsubscribe, opened.AddMinutes(1), campaign, reference);
            consents.Unsubscribe(opened.AddMinutes(1));
        }
        else if (random.NextDouble() < person.Habits.ClickChance * (campaign is null ? 1 : 1.6) && opened.AddSeconds(random.Next(8, 240)) is var clicked && clicked < shop.Now)
        {
            Mail(EventType.EmailClick, clicked, campaign, reference);
            if (person.Habits.GapDays > 0 && random.NextDouble() < OrderAfterClick)
            {
                _caused.Add(clicked.AddMinutes(random.Next(10, 2000)));
            }

            return (opened, clicked);
        }

        return (opened, null);
    }

    private void Mail(EventType type, DateTime at, SampleCampaign? campaign, string reference)
    {
        var e = shopping.Add(type, at, Channel.Email);
        (e.CampaignId, e.Reference) = (campaign?.Id, reference);
    }
}
