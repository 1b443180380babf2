using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Data;

/// <summary>A hash of a column by ML.NET's own means, the same for equal values of whatever type: what <c>TrainTestSplit</c> does with its
/// sampling key.</summary>
internal static class GroupColumn
{
    private const int Bits = 30;

    /// <summary>How many hashes there are.</summary>
    public const ulong Count = 1UL << Bits;

    /// <summary>Adds it.</summary>
    /// <returns>The data with one column more, and that column's name.</returns>
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
