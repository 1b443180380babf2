namespace Backprop.ML;

/// <summary>Where the training data is kept.</summary>
public enum DataCaching
{
    /// <summary>In memory, if it fits the memory budget; otherwise read again in every epoch.</summary>
    Auto,

    /// <summary>In memory: read once. Data that does not fit causes an exception.</summary>
    Memory,

    /// <summary>Nowhere: read again in every epoch, and shuffled in a pool of up to 131,072 rows or 32 MB. Use it for data that can be read
    /// quickly, such as ML.NET's binary files. The order of the rows must not depend on the label.</summary>
    Stream,
}
