using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace Backprop.ML.Data;

/// <summary>What the values of a key column are called.</summary>
internal static class KeyNames
{
    private static readonly FuncStaticMethodInfo1<DataViewSchema.Column, string[]> _read = new(Read<int>);

    /// <summary>The key values as text, independent of culture; "1", "2", … where the column has none.</summary>
    public static IReadOnlyList<string> Of(DataViewSchema.Column column)
    {
        var values = column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type as VectorDataViewType;
        if (values is not null) return Utils.MarshalInvoke(_read, values.ItemType.RawType, column);
        return [.. Enumerable.Range(1, (int)((KeyDataViewType)column.Type).Count).Select(key => key.ToString(CultureInfo.InvariantCulture))];
    }

    private static string[] Read<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}
