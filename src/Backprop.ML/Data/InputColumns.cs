using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The columns that a network is fed from: the features, and behind them the categories, in this order.</summary>
/// <param name="Features">A vector of Single.</param>
/// <param name="Categories">Keys, or vectors of keys; each key is one number more.</param>
internal sealed record InputColumns(string Features, IReadOnlyList<string> Categories)
{
    private static readonly RoleMappedSchema.ColumnRole _category = new("Category");

    /// <summary>The names by role, as ML.NET's scorers keep them.</summary>
    public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> Roles =>
        Categories.Select(_category.Bind).Prepend(RoleMappedSchema.ColumnRole.Feature.Bind(Features));

    /// <summary>The columns that have these roles.</summary>
    public static InputColumns Of(RoleMappedSchema schema) =>
        new(schema.Feature!.Value.Name, [.. schema.GetColumns(_category)?.Select(column => column.Name) ?? []]);

    /// <summary>The columns of a schema that has them.</summary>
    public DataViewSchema.Column[] In(DataViewSchema schema) => [.. Categories.Prepend(Features).Select(name => schema[name])];

    /// <summary>Refuses a schema whose columns are missing or of other types than those of another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the column, the type expected and the type found.</exception>
    public void CheckTypes(IExceptionContext context, string argument, DataViewSchema schema, DataViewSchema expected)
    {
        ColumnChecks.CheckType(context, argument, schema, "feature", Features, expected[Features].Type);
        foreach (var name in Categories) ColumnChecks.CheckType(context, argument, schema, "category", name, expected[name].Type);
    }
}
