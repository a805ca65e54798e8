using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Uplift;

namespace MarketingConsole.Tests.Twins.Uplift;

/// <summary>A generated shop whose campaigns drew by lot, and what an offer truly changes for each customer.</summary>
/// <param name="effect">True effect on the chance to buy within the window, given what was known at the draw.</param>
/// <param name="chosen">Instead of a lot: who is written to.</param>
/// <param name="heldOut">Share held out, by campaign.</param>
internal sealed class OfferWorld
{
    public const int Days = 14;
    public static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime[] Campaigns = [Now.AddDays(-120), Now.AddDays(-60)];
    private long _id;

    public OfferWorld(int customers, Func<BehaviourFacts, double> effect, int seed = 1, Func<BehaviourFacts, bool>? chosen = null, params double[] heldOut)
    {
        var random = new Random(seed);
        for (var id = 1; id <= customers; id++)
        {
            var (events, gap) = (new List<TwinEvent>(), 20 + (60 * random.NextDouble()));
            var at = Now.AddDays(-500 * random.NextDouble() - 125);
            var until = random.Next(3) == 0 ? at.AddDays(60) : Now.AddDays(-121); // some stay away before
            do
            {
                Add(events, EventType.Purchase, at);
                at = at.AddDays(gap * (0.7 + (0.6 * random.NextDouble())));
            }
            while (at < until);
            for (var i = random.Next(6); i > 0; i--)
            {
                Add(events, EventType.View, Now.AddDays(-121 - (30 * random.NextDouble())));
            }

            for (var c = 0; c < Campaigns.Length; c++)
            {
                events.Sort((a, b) => a.At.CompareTo(b.At));
                var history = new CustomerHistory(id, events, []);
                if (BehaviourFacts.Of(history, ShopRhythm.Unknown, Campaigns[c]) is not { } facts)
                {
                    continue;
                }

                var exposed = chosen?.Invoke(facts) ?? random.NextDouble() >= (heldOut.Length == 0 ? 0.3 : heldOut[c]);
                var (without, truth) = (c == 0 ? 0.1 : 0.25, effect(facts));
                Trials.Add(new(id, c + 1, Campaigns[c], Days, exposed));
                Truth[(id, c + 1)] = truth;
                if (random.NextDouble() < without + (exposed ? truth : 0))
                {
                    Add(events, EventType.Purchase, Campaigns[c].AddDays(0.1 + ((Days - 0.2) * random.NextDouble())));
                }
            }

            events.Sort((a, b) => a.At.CompareTo(b.At));
            Histories.Add(new(id, events, []));
        }

        Add((List<TwinEvent>)Histories[0].Events, EventType.Purchase, Now); // the end of the data
    }

    public List<CustomerHistory> Histories { get; } = [];
    public List<OfferTrial> Trials { get; } = [];
    public Dictionary<(int Customer, int Campaign), double> Truth { get; } = [];

    public TrainingResult Train(Champion? champion = null, IReadOnlyCollection<int>? profiled = null)
    {
        var days = Histories.SelectMany(x => x.Events.Where(e => e.Type == EventType.Purchase).Select(e => (x.CustomerId, e.Day))).Order().ToList();
        var groups = Histories.Where(x => profiled?.Contains(x.CustomerId) ?? true).ToDictionary(x => x.CustomerId, x => new CustomerGroups(x.CustomerId % 2 == 0 ? "AT" : "DE", null, null, null));
        var trainer = new OfferUpliftTrainer(new(Now.AddDays(-700), Now, Now, days.Count, groups.Count, days, groups, new Dictionary<int, ProductKind>()), Trials);
        Histories.ForEach(trainer.Add);
        return trainer.Fit(champion, null, TestContext.Current.CancellationToken);
    }

    /// <summary>Of a model on fresh customers: rank correlation with the truth, mean true effect of all and of the third it puts first.</summary>
    public (double Correlation, double All, double Top) Judge(OfferUpliftModel model)
    {
        var judged = Trials.Where(x => x.CampaignId == 1).Select(t => (Truth: Truth[(t.CustomerId, 1)], Said: model.Effect(BehaviourFacts.Of(Histories[t.CustomerId - 1], ShopRhythm.Unknown, t.At)!))).ToList();
        return (MathNet.Numerics.Statistics.Correlation.Spearman(judged.Select(x => x.Truth), judged.Select(x => x.Said)), judged.Average(x => x.Truth), judged.OrderByDescending(x => x.Said).Take(judged.Count / 3).Average(x => x.Truth));
    }

    public void Add(List<TwinEvent> events, EventType type, DateTime at) => events.Add(new(++_id, at, ShopCalendar.DayOf(DateOnly.FromDateTime(at)), 0, type, Channel.Web, null, 3000, false, null));
}
