namespace Backprop.Training;

/// <summary>Which rows are kept from training, to validate on.</summary>
public enum ValidationRows
{
    /// <summary>Random ones, about the same share of every class and of every stretch of the data.</summary>
    Stratified,

    /// <summary>The last ones, for data in the order of time.</summary>
    Last,
}
