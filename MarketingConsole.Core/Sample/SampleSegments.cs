using MarketingConsole.Core.Segments;

namespace MarketingConsole.Core.Sample;

/// <summary>The sample shop's segments; the first two are the audiences of its campaigns.</summary>
internal static class SampleSegments
{
    private static readonly (string Name, string Description, string Rule)[] All =
    [
        ("Warm drinks and chocolate", "Bought tea, coffee or chocolate in the last half year.",
            """{"type":"event","event":"purchase","op":"performed","days":180,"where":{"categories":["Tea","Coffee","Chocolate"]}}"""),
        ("Worth winning back", "Bought within fourteen months, but not for 90 days.",
            """{"type":"group","match":"all","rules":[{"type":"event","event":"purchase","op":"performed","days":420},{"type":"event","event":"purchase","op":"notPerformed","days":90}]}"""),
        ("Gold and platinum", "The two highest tiers.", """{"type":"trait","field":"tier","op":"in","values":["gold","platinum"]}"""),
        ("Tea lovers", "Bought tea three times or more in half a year.",
            """{"type":"event","event":"purchase","op":"atLeast","value":3,"days":180,"where":{"categories":["Tea"]}}"""),
        ("Reads, does not buy", "Opens our mail and has not bought for 90 days.",
            """{"type":"group","match":"all","rules":[{"type":"event","event":"emailOpen","op":"atLeast","value":2,"days":90},{"type":"event","event":"purchase","op":"notPerformed","days":90},{"type":"consent","purpose":"email","allowed":true}]}"""),
        ("New this quarter", "Signed up in the last 90 days.", """{"type":"trait","field":"signUp","op":"inLast","days":90}"""),
    ];

    public static IReadOnlyList<Segment> Create(DateTime now) =>
    [
        .. All.Select((x, n) => new Segment
        {
            Name = x.Name,
            Description = x.Description,
            RuleJson = RuleJson.Write(RuleJson.Read(x.Rule)),
            CreatedBy = SampleAccounts.Marketer,
            CreatedAt = now.AddDays(-100 + (n * 7)),
            UpdatedAt = now.AddDays(-100 + (n * 7)),
        }),
    ];
}
