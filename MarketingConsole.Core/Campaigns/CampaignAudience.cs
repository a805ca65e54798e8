using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Who a plan is for, and how many each barrier keeps out. Members = Reachable + NoAddress + NoConsent + Suppressed.</summary>
public sealed record AudienceCount(int Members, int NoAddress, int NoConsent, int Suppressed, int Reachable);

/// <summary>Resolves the audience of a plan from the segments' current members.</summary>
public sealed class CampaignAudience(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, TimeProvider time)
{
    public static Purpose PurposeOf(Channel channel) => channel switch
    {
        Channel.Sms => Purpose.Sms,
        Channel.Push or Channel.App => Purpose.Push,
        Channel.Store => Purpose.InStore,
        _ => Purpose.Email,
    };

    /// <summary>In an included segment, in no excluded one, not erased.</summary>
    public static IQueryable<Customer> Members(ConsoleDb db, CampaignPlan plan)
    {
        var (include, exclude) = (plan.Include.ToArray(), plan.Exclude.ToArray());
        return db.Customers.Where(c => c.ErasedAt == null && db.SegmentMembers.Any(m => m.CustomerId == c.Id && include.Contains(m.SegmentId))
            && !db.SegmentMembers.Any(m => m.CustomerId == c.Id && exclude.Contains(m.SegmentId)));
    }

    /// <summary>Those with an address on the channel; push and in-store messages are addressed by the customer's key.</summary>
    public static IQueryable<Customer> WithAddress(IQueryable<Customer> customers, Channel channel) => channel switch
    {
        Channel.Email => customers.Where(x => x.EmailKey != null),
        Channel.Sms => customers.Where(x => x.Phone != null),
        _ => customers,
    };

    public static IQueryable<Customer> NotSuppressed(ConsoleDb db, IQueryable<Customer> customers, Channel channel)
    {
        var purpose = PurposeOf(channel);
        return channel switch
        {
            Channel.Email => customers.Where(x => !db.Suppressions.Any(s => s.Purpose == purpose && s.Address == x.EmailKey)),
            Channel.Sms => customers.Where(x => !db.Suppressions.Any(s => s.Purpose == purpose && s.Address == x.Phone)),
            _ => customers.Where(x => !db.Suppressions.Any(s => s.Purpose == purpose && s.Address == x.Key)),
        };
    }

    /// <summary>Members who have an address, allow the channel and are not suppressed.</summary>
    public static IQueryable<Customer> Reachable(ConsoleDb db, CampaignPlan plan, ConsentRuleSet rules, DateTime asOf)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(rules);
        return NotSuppressed(db, WithAddress(Members(db, plan), plan.Channel).Where(rules.Allowed(db, PurposeOf(plan.Channel), asOf)), plan.Channel);
    }

    public async Task<AudienceCount> CountAsync(CampaignPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Include.Count == 0)
        {
            return new(0, 0, 0, 0, 0);
        }

        var rules = await gate.RulesAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var members = Members(db, plan);
        var addressed = WithAddress(members, plan.Channel);
        var allowed = addressed.Where(rules.Allowed(db, PurposeOf(plan.Channel), now));
        var (all, withAddress, withConsent) = (await members.CountAsync(cancellationToken), await addressed.CountAsync(cancellationToken), await allowed.CountAsync(cancellationToken));
        var reachable = await NotSuppressed(db, allowed, plan.Channel).CountAsync(cancellationToken);
        return new(all, all - withAddress, withAddress - withConsent, withConsent - reachable, reachable);
    }

    /// <summary>Some members to preview the message with, reachable ones first by id.</summary>
    public async Task<IReadOnlyList<PreviewTwin>> SampleAsync(CampaignPlan plan, int count = 20, CancellationToken cancellationToken = default)
    {
        var rules = await gate.RulesAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var reachable = Reachable(db, plan, rules, time.GetUtcNow().UtcDateTime);
        return await reachable.OrderBy(x => x.Id).Take(count).Select(x => new PreviewTwin(x.Id, x.Key, x.FirstName, x.LastName, x.City)).ToListAsync(cancellationToken);
    }
}

/// <summary>A customer whose message is previewed.</summary>
public sealed record PreviewTwin(int Id, string Key, string? FirstName, string? LastName, string? City);
