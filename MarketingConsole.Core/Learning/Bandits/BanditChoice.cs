namespace MarketingConsole.Core.Learning.Bandits;

/// <summary>What one customer gets.</summary>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Control">Drawn for control by lot alone: only these compare fairly with the others. An arm the policy itself chose is never marked.</param>
public readonly record struct BanditChoice(int Arm, bool Control);

/// <summary>What became of one choice.</summary>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Reward">0 or 1 (or between) for a response, any finite number for an amount.</param>
public readonly record struct BanditReward(int Arm, double Reward);

/// <summary>What is known of one arm.</summary>
/// <param name="Name">E.g. an offer.</param>
/// <param name="Count">Rewards that came in, zeros included.</param>
/// <param name="Sum">Of rewards.</param>
/// <param name="Squares">Sum of squared rewards.</param>
/// <param name="Pending">Choices whose reward is not known yet.</param>
public sealed record BanditArm(string Name, long Count, double Sum, double Squares, long Pending)
{
    /// <summary>Mean reward; 0 where none came in.</summary>
    public double Mean => Count > 0 ? Sum / Count : 0;
}
