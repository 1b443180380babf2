namespace Backprop.Accuracy.Protocols;

/// <summary>Which rows are learned from, and which are predicted.</summary>
/// <param name="Number">1, 2, 3, … among the splits of its protocol.</param>
/// <param name="Train">Numbers of rows.</param>
/// <param name="Validation">Rows to choose by, for learners that do; none where they choose from <paramref name="Train"/>.</param>
/// <param name="Test">Rows to predict.</param>
internal sealed record Split(int Number, int[] Train, int[] Validation, int[] Test);
