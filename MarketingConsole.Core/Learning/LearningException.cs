namespace MarketingConsole.Core.Learning;

/// <summary>The data does not allow what was asked: too few rows, one class, no variation. The message says what is wrong and what would help, for the person who gave the data.</summary>
public class LearningException(string message) : Exception(message);
