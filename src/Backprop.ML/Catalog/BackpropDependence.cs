using Backprop.Metrics;
using Backprop.ML;
using Backprop.ML.Data;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find operations on models there.
namespace Microsoft.ML;

/// <summary>How the predictions of a model depend on its columns, for models of any trainer.</summary>
public static class BackpropDependence
{
    /// <summary>Computes how the predictions depend on one column: the curve of partial dependence, with bands, and the curves of single
    /// rows (ICE).</summary>
    /// <remarks>
    /// <para><see cref="PartialDependence"/> has the formulas. A column has only values that occur in the data. Missing values are no
    /// points of the curve. Rows without a finite prediction are skipped, and reported on <c>MLContext.Log</c>.</para>
    /// <para>If <paramref name="model"/> is a chain with the preparation of the data, <paramref name="data"/> has the columns before the
    /// preparation, such as texts. If it is the last step alone, the data has the prepared columns, such as keys and slots of the features
    /// column. A one-hot encoding has one slot for every category, so vary the column before it instead.</para>
    /// </remarks>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="model">The model: a single step or a chain, of this library or another.</param>
    /// <param name="data">Rows with the input columns of the model. A label is not needed.</param>
    /// <param name="columnName">A column of a numeric type, of keys, Booleans or texts that the model predicts from; or a slot of a vector
    /// column, by its name. "Features[3]" is a slot without a name.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model does not predict from the column, all rows have the same value in it, there is no such
    /// output, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a finite prediction.</exception>
    public static PartialDependence PartialDependence(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, string columnName,
        PartialDependenceOptions? options = null)
    {
        var host = Host(catalog, model, data);
        Contracts.CheckNonEmpty(columnName, nameof(columnName));
        options ??= new PartialDependenceOptions();
        options.Check();
        return new DependenceMeasurement(
            host, model, data, options.OutputColumnName, options.OutputName, options.MaximumRows, options.Seed).Curve(columnName, options);
    }

    /// <summary>Computes how strongly columns interact: each with all others, and pairs (the H statistic).</summary>
    /// <remarks><see cref="InteractionStrength"/> has the formulas. Missing values are values like others. Rows without a finite prediction
    /// are skipped, and reported on <c>MLContext.Log</c>.</remarks>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="model">The model: a single step or a chain, of this library or another.</param>
    /// <param name="data">Rows with the input columns of the model. A label is not needed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model does not predict from a column, there is no such output, or an option is out of
    /// range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a finite prediction.</exception>
    public static InteractionReport Interactions(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, InteractionOptions? options = null)
    {
        var host = Host(catalog, model, data);
        options ??= new InteractionOptions();
        options.Check();
        return new DependenceMeasurement(
            host, model, data, options.OutputColumnName, options.OutputName, options.MaximumRows, options.Seed).Interactions(options);
    }

    private static IHost Host(ModelOperationsCatalog catalog, ITransformer model, IDataView data)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(model, nameof(model));
        Contracts.CheckValue(data, nameof(data));
        return CatalogUtils.GetEnvironment(catalog).Register(nameof(BackpropDependence));
    }
}
