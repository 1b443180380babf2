using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>A column of scored data that an evaluation needs.</summary>
/// <param name="Role">What the column has: label, score, probability or predicted label.</param>
/// <param name="Name">The name of the column.</param>
/// <param name="Expected">The allowed type, for error messages.</param>
/// <param name="Suits">Whether a type is allowed.</param>
internal sealed record ScoredColumn(string Role, string Name, string Expected, Func<DataViewType, bool> Suits)
{
    /// <summary>A column of single values.</summary>
    public static ScoredColumn Scalar(string role, string name, PrimitiveDataViewType type) => new(role, name, $"{type}", type.Equals);

    /// <summary>A key.</summary>
    public static ScoredColumn Key(string role, string name) => new(role, name, "Key", type => type is KeyDataViewType);

    /// <summary>A vector of known size.</summary>
    public static ScoredColumn Vector(string role, string name, PrimitiveDataViewType itemType) => new(
        role, name, $"Vector<{itemType}> of known size",
        type => type is VectorDataViewType { Size: > 0 } vector && vector.ItemType.Equals(itemType));

    /// <summary>The column in scored data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type; the message names it.</exception>
    public DataViewSchema.Column In(IExceptionContext context, DataViewSchema schema)
    {
        var column = ColumnChecks.Find(context, "data", schema, Role, Name);
        return Suits(column.Type) ? column : throw context.ExceptSchemaMismatch("data", Role, Name, Expected, column.Type.ToString());
    }
}
