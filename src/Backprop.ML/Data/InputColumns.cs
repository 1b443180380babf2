using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>The columns that a network is fed from: the features, and behind them the categories, in this order.</summary>
/// <param name="Features">A vector of Single; null where there are only categories.</param>
/// <param name="Categories">Keys, or vectors of keys; each key is one number more.</param>
internal sealed record InputColumns(string? Features, IReadOnlyList<string> Categories)
{
    private static readonly RoleMappedSchema.ColumnRole _category = new("Category");

    /// <summary>The names by role, as ML.NET's scorers keep them.</summary>
    public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> Roles =>
        Features is null
            ? Categories.Select(_category.Bind)
            : Categories.Select(_category.Bind).Prepend(RoleMappedSchema.ColumnRole.Feature.Bind(Features));

    /// <summary>The columns that have these roles.</summary>
    public static InputColumns Of(RoleMappedSchema schema) =>
        new(schema.Feature?.Name, [.. schema.GetColumns(_category)?.Select(column => column.Name) ?? []]);

    /// <summary>The columns of a schema that has them.</summary>
    public DataViewSchema.Column[] In(DataViewSchema schema) => [.. Names.Select(name => schema[name])];

    private IEnumerable<string> Names => Features is null ? Categories : Categories.Prepend(Features);
}
