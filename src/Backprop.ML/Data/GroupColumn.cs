using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Data;

/// <summary>A hash of a column of any type, equal for equal values. ML.NET computes it, as <c>TrainTestSplit</c> does for its sampling
/// key.</summary>
internal static class GroupColumn
{
    private const int Bits = 30;

    /// <summary>Number of possible hashes.</summary>
    public const ulong Count = 1UL << Bits;

    /// <summary>Adds the column of hashes.</summary>
    /// <returns>The data with the additional column, and the name of this column.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public static (IDataView Data, string Column) AddTo(IHost host, IDataView data, string source, int seed)
    {
        var column = ColumnChecks.Find(host, nameof(BackpropTrainer.Options.SamplingKeyColumnName), data.Schema, "sampling key", source);
        var name = data.Schema.GetTempColumnName("Group");
        if (column.Type.GetItemType() is DateTimeDataViewType or DateTimeOffsetDataViewType or TimeSpanDataViewType)
        {
            data = new TypeConvertingTransformer(host, name, DataKind.Int64, source).Transform(data);
            source = name;
        }
        return (
            new HashingEstimator(host, new HashingEstimator.ColumnOptions(name, source, Bits, (uint)seed, combine: true)).Fit(data)
                .Transform(data),
            name);
    }
}
