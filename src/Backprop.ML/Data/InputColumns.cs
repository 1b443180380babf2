using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>The input columns of a network: the features, followed by the categories.</summary>
/// <param name="Features">A vector of Single; null if there are only categories.</param>
/// <param name="Categories">Keys, or vectors of keys; each key is one input.</param>
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

    /// <summary>The columns of a schema with these names.</summary>
    public DataViewSchema.Column[] In(DataViewSchema schema) => [.. Names.Select(name => schema[name])];

    private IEnumerable<string> Names => Features is null ? Categories : Categories.Prepend(Features);
}
