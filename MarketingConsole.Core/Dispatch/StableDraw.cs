using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Campaigns;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Chance that is the same each time it is asked: a hash of campaign and customer.</summary>
public static class StableDraw
{
    /// <returns>Uniform in [0, 1).</returns>
    public static double Uniform(int campaignId, int customerId, string purpose)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose}:{campaignId}:{customerId}")), hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }

    public static bool HeldOut(CampaignPlan plan, int campaignId, int customerId) => Uniform(campaignId, customerId, "holdout") * 100 < plan.HoldoutPercent;

    /// <summary>Index of the customer's variant: among those in the customer's language, else in the brief's, else all.</summary>
    public static int Variant(CampaignPlan plan, int campaignId, int customerId, string? language)
    {
        var all = Enumerable.Range(0, plan.Variants.Count).ToList();
        var fitting = all.Where(x => plan.Variants[x].Language == language).ToList() is { Count: > 0 } own ? own
            : all.Where(x => plan.Variants[x].Language == plan.Brief.Language).ToList() is { Count: > 0 } brief ? brief : all;
        return fitting[(int)(Uniform(campaignId, customerId, "variant") * fitting.Count)];
    }
}
