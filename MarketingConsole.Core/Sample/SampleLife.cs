using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Sample;

/// <summary>Lives one sample customer's eighteen months. The same seed, index and clock give the same life.</summary>
internal sealed class SampleLife
{
    private readonly SampleShop _shop;
    private readonly SamplePerson _person;
    private readonly Random _random;
    private readonly SampleRows _rows = new();
    private readonly SampleShopping _shopping;

    private SampleLife(SampleShop shop, int index, int id)
    {
        _shop = shop;
        _random = new Random(unchecked((shop.Seed * 7919) + (index * 104_729)));
        _person = SamplePerson.Draw(shop, index, id, _random);
        _shopping = new SampleShopping(shop, _person, _random, _rows);
    }

    /// <param name="index">0, 1, 2 …: the customer's number.</param>
    public static SampleRows Of(SampleShop shop, int index, int id) => new SampleLife(shop, index, id).Live();

    private SampleRows Live()
    {
        var customer = _person.Customer;
        _rows.Customers.Add(customer);
        var consents = new SampleConsents(_shop, _person, _random, _rows);
        var orders = OrderTimes();
        var caused = new SampleMail(_shop, _person, _random, _rows, consents, _shopping).Send(orders);
        foreach (var at in orders.Concat(caused).Where(x => x < _shop.Now).Order())
        {
            _shopping.Order(at, consents.InStore);
        }

        Attribute();
        _shopping.Browse(consents.InStore);
        consents.Write();
        customer.Tier = _shopping.SpentLastYearCents switch { >= 150_000 => "platinum", >= 60_000 => "gold", >= 20_000 => "silver", > 0 => "bronze", _ => null };
        _rows.Identities.Add(new CustomerIdentity { CustomerId = customer.Id, Kind = "email", Value = customer.EmailKey!, FirstSeenAt = customer.CreatedAt });
        if (_random.NextDouble() < .5)
        {
            _rows.Identities.Add(new CustomerIdentity { CustomerId = customer.Id, Kind = "card", Value = $"LC{1_000_000 + (customer.Id * 37)}", FirstSeenAt = customer.CreatedAt });
        }

        _rows.Traits.Add(new CustomerTrait { CustomerId = customer.Id, Name = "signup_source", Value = SamplePerson.Pick(_random, [("web shop", 5), ("store", 3), ("friend", 1), ("trade fair", 1)], x => x.Item2).Item1 });
        foreach (var e in _rows.Events)
        {
            e.Day = _shop.Calendar.Day(e.At);
            e.HourOfWeek = _shop.Calendar.HourOfWeek(e.At);
        }

        var days = _rows.Events.ToDictionary(x => x.Id, x => x.Day);
        _rows.Items.ForEach(x => x.Day = days[x.EventId]);
        return _rows;
    }

    /// <summary>Purchases within the campaign's window after it went out; for the holdout likewise, to compare.</summary>
    private void Attribute()
    {
        foreach (var dispatch in _rows.Dispatches)
        {
            var campaign = _shop.Campaigns.Single(x => x.Id == dispatch.CampaignId);
            var (from, to) = (campaign.At, campaign.At.AddDays(campaign.AttributionDays));
            var bought = _rows.Events.Where(x => x.Type == EventType.Purchase && x.At >= from && x.At < to).ToList();
            (dispatch.ConvertedAt, dispatch.RevenueCents) = (bought.Count == 0 ? null : bought.Min(x => x.At), bought.Sum(x => x.AmountCents));
        }
    }

    /// <summary>A renewal process: gamma gaps in seasonal time, moved to the favourite weekday and hour; after an order
    /// the customer may lapse, for good or for some months.</summary>
    private List<DateTime> OrderTimes()
    {
        var (habits, times) = (_person.Habits, new List<DateTime>());
        if (habits.GapDays <= 0)
        {
            return times;
        }

        var at = _person.Customer.CreatedAt < _shop.From ? _shop.From.AddDays(_random.NextDouble() * habits.GapDays * 1.5) : _person.Customer.CreatedAt.AddMinutes(_random.Next(3, 90));
        while (at < _shop.Now)
        {
            times.Add(at);
            var gap = Gamma.Sample(_random, habits.GapShape, habits.GapShape / habits.GapDays);
            if (_random.NextDouble() < habits.Lapse)
            {
                if (_random.NextDouble() > .35)
                {
                    break;
                }

                gap += 120 + (_random.NextDouble() * 160);
            }

            at = Habitual(Later(at, Math.Max(.6, gap)));
        }

        return times;
    }

    /// <summary>A day of double demand wears off two days of the gap, so that orders gather where the season pulls.</summary>
    private DateTime Later(DateTime at, double gap)
    {
        while (at < _shop.Now)
        {
            var wear = Math.Pow(SampleSeasons.Demand(DateOnly.FromDateTime(at)), _person.Habits.SeasonPull);
            if (gap <= wear)
            {
                return at.AddDays(gap / wear);
            }

            (at, gap) = (at.AddDays(1), gap - wear);
        }

        return _shop.Now.AddDays(gap + 7); // not due yet: far enough that the favourite weekday does not pull it back before now
    }

    private DateTime Habitual(DateTime at)
    {
        var day = DateOnly.FromDateTime(_shop.Calendar.ToLocal(at));
        if (_random.NextDouble() < .55)
        {
            var move = (_person.Habits.Weekday - (((int)day.DayOfWeek + 6) % 7) + 7) % 7;
            day = day.AddDays(move > 3 && at.AddDays(move - 7) > _shop.From ? move - 7 : move);
        }

        var hour = Math.Clamp(Normal.Sample(_random, _person.Habits.Hour, 1.4), 7, 22.9);
        var moved = _shop.Calendar.StartOf(day).AddHours(hour);
        return moved > at.AddDays(-3.9) ? moved : at;
    }
}
