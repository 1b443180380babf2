namespace Backprop.Losses;

/// <summary>A loss of single rows: the loss of a row depends on its own scores and targets alone.</summary>
public abstract record RowLoss : Loss;
