using MarketingConsole.Core.Twins;
using MarketingConsole.Ui;

namespace MarketingConsole.Insights;

/// <summary>Lifecycle stages in words and colours.</summary>
internal static class Stages
{
    public static string Name(LifecycleStage stage) => stage == LifecycleStage.Prospect ? "Not a buyer yet" : stage.ToString();

    public static string Colour(LifecycleStage stage) => stage switch
    {
        LifecycleStage.New => ChartColour.Sky,
        LifecycleStage.Active => ChartColour.Green,
        LifecycleStage.Regained => ChartColour.Blue,
        LifecycleStage.Cooling => ChartColour.Yellow,
        LifecycleStage.Lapsing => ChartColour.Orange,
        LifecycleStage.Lost => ChartColour.Vermilion,
        _ => ChartColour.Grey,
    };
}
