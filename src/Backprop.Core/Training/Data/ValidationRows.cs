namespace Backprop.Training;

/// <summary>Which rows are held out for validation.</summary>
public enum ValidationRows
{
    /// <summary>Random rows, with about the same share of every class and of every part of the data.</summary>
    Stratified,

    /// <summary>The last rows, for data in the order of time.</summary>
    Last,
}
