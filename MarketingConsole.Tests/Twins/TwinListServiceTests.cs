using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Twins;

public sealed class TwinListServiceTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task List_FiltersAndSorts_EqualTheSameInMemory(DatabaseProvider provider)
    {
        await using var data = await TwinRefresherTests.ShopAsync(provider, 150);
        await using var db = data.Open();
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        await db.Customers.Where(x => x.Id % 10 == 0).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastName, (string?)null).SetProperty(x => x.Country, (string?)null), Token);
        var random = new Random(3);
        foreach (var twin in await db.Twins.ToListAsync(Token))
        {
            twin.ChanceToBuy = random.Next(3) == 0 ? null : random.NextDouble();
            twin.LastSeenAt = random.Next(6) == 0 ? null : data.Time.Now.AddHours(-random.Next(12_000));
        }

        await db.SaveChangesAsync(Token);
        var all = (await db.Customers.AsNoTracking().ToListAsync(Token)).Join(await db.Twins.AsNoTracking().ToListAsync(Token), x => x.Id, x => x.CustomerId, (c, t) => (Customer: c, Twin: t)).ToList();
        var rules = await data.Get<ConsentGate>().RulesAsync(Token);
        var choices = (await db.ConsentChoices.AsNoTracking().ToListAsync(Token)).ToDictionary(x => (x.CustomerId, x.Purpose));
        var list = data.Get<TwinListService>();
        for (var i = 0; i < 120; i++)
        {
            T? Maybe<T>() where T : struct, Enum => random.Next(3) > 0 ? null : Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];
            var filter = new TwinFilter
            {
                Search = random.Next(4) switch { 0 => "Öller", 1 => "an C-0", _ => "" },
                Country = random.Next(4) == 0 ? "AT" : null,
                Stage = Maybe<LifecycleStage>(),
                Value = Maybe<ValueBand>(),
                Seen = Maybe<SeenBand>(),
                Allows = Maybe<Purpose>(),
                Sort = Enum.GetValues<TwinSort>()[i % 6],
                Ascending = random.Next(2) == 0,
                Page = random.Next(1, 5),
                PageSize = 20,
            };
            var expected = Sorted(all.Where(x => Fits(x.Customer, x.Twin, filter, rules, choices, data.Time.Now)), filter).ToList();
            var page = await list.ListAsync(filter, Token);
            Assert.Equal(expected.Count, page.Total);
            Assert.Equal(expected.Skip((filter.Page - 1) * 20).Take(20).Select(x => x.Customer.Id), page.Rows.Select(x => x.Id));
        }
    }

    private static bool Fits(Customer c, Twin t, TwinFilter filter, ConsentRuleSet rules, Dictionary<(int, Purpose), ConsentChoice> choices, DateTime now) =>
        CustomerText.Fold(filter.Search).Split(' ', StringSplitOptions.RemoveEmptyEntries).All(x => c.SearchText.Contains(x, StringComparison.Ordinal))
        && (filter.Country is null || c.Country == filter.Country)
        && (filter.Stage is null || t.Stage == filter.Stage)
        && (filter.Allows is not { } purpose || rules.IsAllowed(purpose, c.Jurisdiction, choices.GetValueOrDefault((c.Id, purpose)), now))
        && (filter.Value switch
        {
            null => true,
            ValueBand.None => t.RevenueCents <= 0,
            ValueBand.Under100 => t.RevenueCents is > 0 and < 10_000,
            ValueBand.From100To500 => t.RevenueCents is >= 10_000 and < 50_000,
            ValueBand.From500To2000 => t.RevenueCents is >= 50_000 and < 200_000,
            _ => t.RevenueCents >= 200_000,
        })
        && (filter.Seen switch
        {
            null => true,
            SeenBand.Never => t.LastSeenAt is null,
            SeenBand.Week => t.LastSeenAt >= now.AddDays(-7),
            SeenBand.Month => t.LastSeenAt >= now.AddDays(-30),
            SeenBand.Quarter => t.LastSeenAt >= now.AddDays(-90),
            SeenBand.Year => t.LastSeenAt >= now.AddDays(-365),
            _ => t.LastSeenAt < now.AddDays(-365),
        });

    private static IEnumerable<(Customer Customer, Twin Twin)> Sorted(IEnumerable<(Customer Customer, Twin Twin)> rows, TwinFilter filter)
    {
        IEnumerable<(Customer Customer, Twin Twin)> By<T>(Func<(Customer Customer, Twin Twin), T> key, IComparer<T>? comparer = null)
        {
            var known = rows.Where(x => key(x) is not null);
            return (filter.Ascending ? known.OrderBy(key, comparer) : known.OrderByDescending(key, comparer)).ThenBy(x => x.Customer.Id).Concat(rows.Where(x => key(x) is null).OrderBy(x => x.Customer.Id));
        }

        return filter.Sort switch
        {
            TwinSort.Name => By(x => x.Customer.LastName is null ? null : x.Customer.LastName + "\0" + x.Customer.FirstName, StringComparer.Ordinal),
            TwinSort.Value365 => By(x => x.Twin.Revenue365Cents),
            TwinSort.Orders => By(x => x.Twin.Orders),
            TwinSort.LastSeen => By(x => x.Twin.LastSeenAt),
            TwinSort.Chance => By(x => x.Twin.ChanceToBuy),
            _ => By(x => x.Twin.RevenueCents),
        };
    }
}
