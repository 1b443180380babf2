using Backprop.ML;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find feature importance there.
namespace Microsoft.ML;

/// <summary>Permutation importance of every column that a model predicts from, category columns included.</summary>
public static class BackpropImportance
{
    /// <summary>Measures how much worse a regression becomes when the values of a column are permuted among the rows.</summary>
    /// <remarks>
    /// <para>ML.NET's <c>PermutationFeatureImportance</c> permutes only the features column. This method also permutes the columns of
    /// <see cref="BackpropTrainer.Options.CategoricalFeatureColumnNames"/>.</para>
    /// <para>Importance is how much worse the metric becomes, so it is above 0 for a column with an effect. ML.NET reports the change of
    /// each metric instead. If columns contain the same information, each of them alone has little importance. Permute them together as one
    /// of <see cref="ColumnImportanceOptions.Groups"/>.</para>
    /// </remarks>
    /// <param name="catalog">The catalog of the task.</param>
    /// <param name="model">A model of this library, or a chain that contains one.</param>
    /// <param name="data">Data with the input columns of the model, and the label. In a chain, steps before the model are not applied to
    /// it.</param>
    /// <param name="options">The options of the measurement; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model is of another library or task, a column is missing, or an option is out of
    /// range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have a label and a finite prediction.</exception>
    public static ColumnImportanceReport ColumnImportance(
        this RegressionCatalog catalog, ITransformer model, IDataView data, ColumnImportanceOptions? options = null) =>
        Measure(catalog, model, data, options, LearningTask.Regression, LearningTask.MultiTargetRegression);

    /// <summary>Measures how much worse a binary classification becomes when the values of a column are permuted among the rows.</summary>
    /// <inheritdoc cref="ColumnImportance(RegressionCatalog, ITransformer, IDataView, ColumnImportanceOptions)"/>
    public static ColumnImportanceReport ColumnImportance(
        this BinaryClassificationCatalog catalog, ITransformer model, IDataView data, ColumnImportanceOptions? options = null) =>
        Measure(catalog, model, data, options, LearningTask.BinaryClassification);

    /// <summary>Measures how much worse a multiclass or multi-label classification becomes when the values of a column are permuted among
    /// the rows.</summary>
    /// <inheritdoc cref="ColumnImportance(RegressionCatalog, ITransformer, IDataView, ColumnImportanceOptions)"/>
    public static ColumnImportanceReport ColumnImportance(
        this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, ColumnImportanceOptions? options = null) =>
        Measure(catalog, model, data, options, LearningTask.MulticlassClassification, LearningTask.MultiLabelClassification);

    private static ColumnImportanceReport Measure(
        TrainCatalogBase catalog, ITransformer model, IDataView data, ColumnImportanceOptions? options,
        params ReadOnlySpan<LearningTask> tasks)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(model, nameof(model));
        Contracts.CheckValue(data, nameof(data));
        options ??= new ColumnImportanceOptions();
        options.Check();
        var host = ((IInternalCatalog)catalog).Environment.Register(nameof(BackpropImportance));
        var found = ModelChain.Find(model)?.Model
            ?? throw host.ExceptParam(nameof(model), "{0} is not a model of Backprop.ML, and contains none.", model.GetType().Name);
        var task = found.Model.Task;
        if (task.HasGroups)
            throw host.ExceptParam(
                nameof(model), "The model is for {0}. Use ml.Ranking.PermutationFeatureImportance, which compares the rows of a group.",
                task.Name);
        if (!tasks.Contains(task))
            throw host.ExceptParam(nameof(model), "The model is for {0}. Use this method of the catalog for that task.", task.Name);
        return new ImportanceMeasurement(host, found, data, options).Run();
    }
}
