namespace Backprop.ML;

/// <summary>Where the training data is kept.</summary>
public enum DataCaching
{
    /// <summary>In memory, if it fits the memory budget; otherwise read anew in every pass.</summary>
    Auto,

    /// <summary>In memory: read once. Data that does not fit is refused.</summary>
    Memory,

    /// <summary>Nowhere: read anew in every pass, mixed in a pool of some ten thousand rows. Wants data that can be read quickly, such as
    /// ML.NET's binary files, and whose order has nothing to do with the label.</summary>
    Stream,
}
