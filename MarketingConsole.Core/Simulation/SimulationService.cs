using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Simulation;

/// <param name="Share">Of the phase, 0 to 1.</param>
public readonly record struct SimulationProgress(string Phase, double Share);

/// <summary>Simulates plans on another thread, a few at a time.</summary>
public sealed class SimulationService(ModelRegistry registry, RatesReader rates, SimulationAudience audience, OfferService offers, IOptions<SimulationOptions> options, IOptions<DispatchOptions> dispatch, TimeProvider time) : IDisposable
{
    private const int FewestLives = 50_000, MostWorlds = 20_000;
    private readonly SemaphoreSlim _turns = new(options.Value.ParallelRuns);

    /// <summary>What a plan that does not say otherwise is computed with.</summary>
    public (double MarginShare, double RepeatEffect) Defaults => (options.Value.MarginShare, options.Value.RepeatEffect);

    public async Task<SimulationAnswer> RunAsync(SimulationPlan plan, IProgress<SimulationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan = plan with { MarginShare = plan.MarginShare ?? options.Value.MarginShare, RepeatEffect = plan.RepeatEffect ?? options.Value.RepeatEffect, OfferIds = [.. plan.OfferIds.Distinct()] };
        List<FieldError> errors = [.. plan.Faults(dispatch.Value.MaxPerWeek)];
        var chosen = await offers.GetAsync(plan.OfferIds, cancellationToken);
        errors.AddRange(OfferFaults(plan, chosen, time.GetUtcNow().UtcDateTime));
        var name = errors.Any(x => x.Field is "customerId" or "segmentId") ? null : await audience.NameAsync(plan, cancellationToken);
        if (name is null && errors.TrueForAll(x => x.Field is not ("customerId" or "segmentId")))
        {
            errors.Add(plan.SegmentId is { } segment ? new("segmentId", $"There is no segment {segment}.") : new("customerId", $"There is no customer {plan.CustomerId}."));
        }

        if (errors.Count > 0 || name is null)
        {
            return new(null, errors, null);
        }

        if (await registry.ChampionAsync<PurchasesModel>(ModelKind.Purchases, cancellationToken) is not var (id, model))
        {
            return new(null, [], "No model of purchases is trained yet: the simulation draws customers' futures from it. It needs some months of orders of customers who allow profiling.");
        }

        if (model.Spend is null)
        {
            return new(null, [], "What customers spend could not be learnt yet: too few have bought more than once.");
        }

        await _turns.WaitAsync(cancellationToken);
        try
        {
            progress?.Report(new("Reading histories", 0));
            var measured = await rates.ReadAsync(plan.Channel, plan.OfferIds.Count > 0, cancellationToken);
            var (summary, twins) = await audience.ReadAsync(plan, name, chosen, Phase(progress, "Reading histories"), cancellationToken);
            if (twins.Count == 0)
            {
                return new(null, [], Nobody(plan, summary));
            }

            var input = new SimulationInput(model, twins, measured, plan.SendTimes(), plan.Weeks, plan.MarginShare!.Value, plan.RepeatEffect!.Value, plan.MessageCents, summary.Scale, WorldsFor(twins.Count), plan.Seed);
            var outcome = await Task.Run(() => Simulator.Run(input, Phase(progress, "Living through the weeks"), cancellationToken), cancellationToken);
            var report = (await registry.GetAsync(id, cancellationToken))?.Report;
            return new(new(plan, summary, [.. chosen.Select(x => x.Name)], outcome, measured, report?.Figures?.FirstOrDefault(x => x.Name == "Spread"),
                AssumptionList.Of(plan, measured, chosen, report), AssumptionList.Warnings(plan, summary, measured, outcome, chosen, report, time.GetUtcNow().UtcDateTime), input.Worlds, measured.Effect.WindowDays), [], null);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>Few customers buy so rarely that their mean needs more worlds.</summary>
    private int WorldsFor(int twins) => Math.Max(options.Value.Worlds, Math.Min(FewestLives / twins, MostWorlds));

    private static IEnumerable<FieldError> OfferFaults(SimulationPlan plan, IReadOnlyList<OfferDetails> chosen, DateTime now) =>
    [
        .. plan.OfferIds.Except(chosen.Select(x => x.Id)).Select(x => new FieldError("offerIds", $"There is no offer {x}.")),
        .. chosen.Where(x => x.StateAt(now) != OfferState.Current).Select(x => new FieldError("offerIds", $"“{x.Name}” is not valid now ({x.StateAt(now).ToString().ToLowerInvariant()}): no message would carry it.")),
    ];

    private static string Nobody(SimulationPlan plan, AudienceSummary summary) =>
        summary.Members == 0 ? "The segment has no members."
        : plan.CustomerId is not null ? summary.NoProfiling > 0 ? "This customer does not allow profiling, so nothing about them is forecast or simulated." : "This customer has not ordered yet: the models of purchases begin with the first order."
        : $"Nobody in the segment can be simulated: {summary.NoProfiling} do not allow profiling, {summary.NeverOrdered} have not ordered yet.";

    private static Shown? Phase(IProgress<SimulationProgress>? progress, string phase) => progress is null ? null : new(progress, phase);

    private sealed class Shown(IProgress<SimulationProgress> to, string phase) : IProgress<double>
    {
        public void Report(double value) => to.Report(new(phase, value));
    }
}
