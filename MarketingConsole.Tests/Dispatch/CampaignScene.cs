using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>Customers of one country who allow everything, their segment, and an approved campaign to them.</summary>
internal static class CampaignScene
{
    public static readonly CopyVariant Copy = new() { Subject = "News for {{first_name \"you\"}}", Preheader = "New", Heading = "Hello", Body = "New things have come in.", Button = "Look", ShortText = "News" };

    /// <param name="address">E-mail address of customer 1, 2, …</param>
    /// <param name="first">Id of the first customer.</param>
    /// <returns>Id of the segment.</returns>
    public static async Task<int> FillAsync(IServiceProvider services, int count, Func<int, string?> address, bool consent = true, string country = "AT", int first = 1)
    {
        var ids = Enumerable.Range(first, count).ToList();
        var (now, ct) = (services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime, TestContext.Current.CancellationToken);
        await using var db = await services.GetRequiredService<IDbContextFactory<ConsoleDb>>().CreateDbContextAsync(ct);
        await db.BulkInsertAsync(ids.Select(i => CustomerNormaliser.Apply(new Customer { Id = i, Key = $"C{i}", Email = address(i), FirstName = $"Ann{i}", Country = country, CreatedAt = now, UpdatedAt = now })).ToList(), ct);
        if (!await db.ConsentRules.AnyAsync(ct))
        {
            db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
        }

        var segment = new Segment { Name = "Austria", RuleJson = RuleJson.Write(new TraitRule { Field = "country", Op = RuleOperator.Is, Value = country }), CreatedBy = "test", CreatedAt = now, UpdatedAt = now, Size = count };
        db.Segments.Add(segment);
        await db.SaveChangesAsync(ct);
        await db.BulkInsertAsync(ids.Select(i => new SegmentMember { SegmentId = segment.Id, CustomerId = i, EnteredAt = now }).ToList(), ct);
        if (consent)
        {
            await services.GetRequiredService<ConsentGate>().RecordAsync([.. from i in ids from purpose in new[] { Purpose.Email, Purpose.Profiling, Purpose.Sms }
                select new ConsentEntry { CustomerId = i, Purpose = purpose, Granted = true, At = now.AddDays(-1), Source = "test", RecordedBy = "test", RecordedAt = now }], ct);
        }

        if (services.GetService<StoreKeeper>() is { } stores && services.GetService<SegmentKeeper>() is { } keeper)
        {
            services.GetRequiredService<ChangeFeed>().Publish(new CustomersChanged(ids)); // they were written past the services
            if (await stores.CaughtUpAsync(ct) is not null)
            {
                await keeper.RecountAsync(segment.Id, ct);
            }
        }

        return segment.Id;
    }

    /// <returns>Id of the campaign.</returns>
    public static async Task<int> ApproveAsync(IServiceProvider services, CampaignPlan plan)
    {
        var ct = TestContext.Current.CancellationToken;
        var (campaigns, approvals) = (services.GetRequiredService<CampaignService>(), services.GetRequiredService<CampaignApprovals>());
        var created = await campaigns.CreateAsync("News", plan, "maker", ct);
        Assert.Empty(created.Errors);
        var asked = await approvals.RequestAsync(created.Id, 1, "maker", "for a test", ct);
        Assert.True(asked.Errors.Count == 0, string.Join(' ', asked.Errors));
        var decided = await approvals.DecideAsync(created.Id, 1, (await campaigns.GetAsync(created.Id, ct))!.Seal, true, new CampaignActor("boss", true), cancellationToken: ct);
        Assert.True(decided.Errors.Count == 0, string.Join(' ', decided.Errors));
        return created.Id;
    }
}
