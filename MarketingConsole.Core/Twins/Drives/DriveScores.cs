namespace MarketingConsole.Core.Twins.Drives;

/// <summary>Writes onto a twin's row what <see cref="TwinDrives"/> tells of its motives, without the evidence, so that segments can ask for it.</summary>
internal static class DriveScores
{
    private static readonly DriveKind[] Kinds = Enum.GetValues<DriveKind>();

    /// <param name="twin">Of a customer who allows profiling.</param>
    public static void Apply(Twin twin, CustomerHistory history, CrowdModel crowd, IReadOnlyDictionary<int, ProductKind> kinds, DateTime asOf)
    {
        if (twin.Orders == 0)
        {
            return;
        }

        var (motives, days, best) = (DriveCounts.MotivesOf(history, kinds, crowd.Medians, asOf), history.OrderDays(asOf).Count, TwinDrives.Clear);
        foreach (var kind in Kinds)
        {
            var (tally, share) = (motives[kind], crowd.Motives[kind]);
            if (share.Model is not { } model || TwinDrives.Missing(kind, tally, days, share) is not null)
            {
                continue;
            }

            var strength = model.Standing(tally.Hits, tally.Of);
            Write(twin, kind, strength);
            if (strength > best || (strength == best && twin.Motivation is null))
            {
                (twin.Motivation, best) = (DriveWords.Name(kind), strength);
            }
        }
    }

    private static void Write(Twin twin, DriveKind kind, double strength) => _ = kind switch
    {
        DriveKind.Deal => twin.DealDrive = strength,
        DriveKind.Novelty => twin.NoveltyDrive = strength,
        DriveKind.Loyalty => twin.LoyaltyDrive = strength,
        DriveKind.Convenience => twin.ConvenienceDrive = strength,
        DriveKind.Gift => twin.GiftDrive = strength,
        _ => twin.QualityDrive = strength,
    };
}
