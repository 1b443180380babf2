using Backprop.ML;
using Backprop.ML.Data;
using Backprop.Reports;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find operations on models there.
namespace Microsoft.ML;

/// <summary>A report about a model, for people who must decide whether to use it.</summary>
public static class BackpropReport
{
    /// <summary>Measures a model on rows that it was not trained on, and collects all results in one report.</summary>
    /// <remarks>
    /// <para><see cref="ModelReport.SaveHtml(string)"/> writes the report as one page. It has the task, the data, the learning curves,
    /// metrics with intervals, calibration, confusion or residuals, importance, partial dependence, warnings, and limits of use.</para>
    /// <para>If <paramref name="model"/> is a chain, the steps before the model are applied to the data. Steps after it are not used. The
    /// columns of the report are those that the model reads: category columns and slots of the features column.</para>
    /// <para>Rows without a label or a finite prediction are counted in the report. They are not part of its metrics.</para>
    /// </remarks>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="model">A model of this library, or a chain that contains one.</param>
    /// <param name="data">Rows with the input columns of the chain, and the label.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model is of another library, a column is missing or has the wrong type, there is no such
    /// output, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a label and a finite prediction.</exception>
    public static ModelReport CreateReport(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, ModelReportOptions? options = null)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(model, nameof(model));
        Contracts.CheckValue(data, nameof(data));
        options ??= new ModelReportOptions();
        options.Check();
        var host = CatalogUtils.GetEnvironment(catalog).Register(nameof(BackpropReport));
        var chain = ModelChain.Find(model)
            ?? throw host.ExceptParam(nameof(model), "{0} is not a model of Backprop.ML, and contains none.", model.GetType().Name);
        return new ReportMeasurement(host, chain, data, options).Run();
    }
}
