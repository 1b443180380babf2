using Backprop.ML;
using Backprop.ML.Tasks;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find trainers there.
namespace Microsoft.ML;

/// <summary>Adds <c>Backprop</c> to ML.NET's lists of trainers.</summary>
public static class BackpropCatalog
{
    /// <summary>Trains a neural network for binary classification. Label: Boolean.</summary>
    /// <inheritdoc cref="Backprop(RegressionCatalog.RegressionTrainers, string, string, string, int[], double?, int?)"/>
    public static BackpropTrainer Backprop(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features,
            string? exampleWeightColumnName = null,
        int[]? hiddenLayers = null, double? learningRate = null, int? numberOfIterations = null) =>
        catalog.Backprop(
            BackpropTrainer.SimpleOptions(
                labelColumnName, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations));

    /// <summary>Trains a neural network for binary classification. Label: Boolean.</summary>
    /// <inheritdoc cref="Backprop(RegressionCatalog.RegressionTrainers, BackpropTrainer.Options)"/>
    public static BackpropTrainer Backprop(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, BackpropTrainer.Options options) =>
        Make(catalog, options, LearningTask.BinaryClassification);

    /// <summary>Trains a neural network for multiclass classification, or for multi-label classification. Label: key, or a vector of
    /// Boolean.</summary>
    /// <inheritdoc cref="Backprop(RegressionCatalog.RegressionTrainers, string, string, string, int[], double?, int?)"/>
    public static BackpropTrainer Backprop(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features,
            string? exampleWeightColumnName = null,
        int[]? hiddenLayers = null, double? learningRate = null, int? numberOfIterations = null) =>
        catalog.Backprop(
            BackpropTrainer.SimpleOptions(
                labelColumnName, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations));

    /// <summary>Trains a neural network for multiclass classification, or for multi-label classification. Label: key, or a vector of
    /// Boolean.</summary>
    /// <inheritdoc cref="Backprop(RegressionCatalog.RegressionTrainers, BackpropTrainer.Options)"/>
    public static BackpropTrainer Backprop(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, BackpropTrainer.Options options) =>
        Make(catalog, options, LearningTask.MulticlassClassification, LearningTask.MultiLabelClassification);

    /// <summary>Trains a neural network for regression. Label: Single, or a vector of Single for several targets.</summary>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="labelColumnName">The column to predict.</param>
    /// <param name="featureColumnName">The column to predict from: a vector of Single.</param>
    /// <param name="exampleWeightColumnName">A column of Single with the weight of each row; null if all weights are equal.</param>
    /// <param name="hiddenLayers">Units of every hidden layer; null for those of <see cref="Preset.Default"/>.</param>
    /// <param name="learningRate">Length of a step, &gt; 0; null for that of <see cref="Preset.Default"/>.</param>
    /// <param name="numberOfIterations">Number of epochs, at least 1; null for that of <see cref="Preset.Default"/>, which depends on the
    /// number of rows.</param>
    /// <exception cref="ArgumentException">An argument is missing or out of range.</exception>
    public static BackpropTrainer Backprop(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features,
            string? exampleWeightColumnName = null,
        int[]? hiddenLayers = null, double? learningRate = null, int? numberOfIterations = null) =>
        catalog.Backprop(
            BackpropTrainer.SimpleOptions(
                labelColumnName, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations));

    /// <summary>Trains a neural network for regression. Label: Single, or a vector of Single for several targets.</summary>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public static BackpropTrainer Backprop(this RegressionCatalog.RegressionTrainers catalog, BackpropTrainer.Options options) =>
        Make(catalog, options, LearningTask.Regression, LearningTask.MultiTargetRegression);

    /// <summary>Trains a neural network that ranks the rows of a group, such as the documents of one query. Label: the relevance, a Single
    /// or a key.</summary>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="labelColumnName">The relevance of each row: 0, 1, 2, …, or a key whose first value is relevance 0.</param>
    /// <param name="featureColumnName">The column to predict from: a vector of Single.</param>
    /// <param name="rowGroupColumnName">The column of groups: a key or UInt32. Rows of a group need not be adjacent.</param>
    /// <param name="exampleWeightColumnName">A column of Single with the weight of each row, the same for all rows of a group; null if all
    /// weights are equal.</param>
    /// <param name="hiddenLayers">Units of every hidden layer; null for those of <see cref="Preset.Default"/>.</param>
    /// <param name="learningRate">Length of a step, &gt; 0; null for that of <see cref="Preset.Default"/>.</param>
    /// <param name="numberOfIterations">Number of epochs, at least 1; null for that of <see cref="Preset.Default"/>, which depends on the
    /// number of rows.</param>
    /// <exception cref="ArgumentException">An argument is missing or out of range.</exception>
    public static BackpropTrainer Backprop(
        this RankingCatalog.RankingTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features,
            string rowGroupColumnName = DefaultColumnNames.GroupId, string? exampleWeightColumnName = null,
        int[]? hiddenLayers = null, double? learningRate = null, int? numberOfIterations = null)
    {
        var options = BackpropTrainer.SimpleOptions(
            labelColumnName, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations);
        options.RowGroupColumnName = rowGroupColumnName;
        return catalog.Backprop(options);
    }

    /// <summary>Trains a neural network that ranks the rows of a group, such as the documents of one query. Label: the relevance, a Single
    /// or a key.</summary>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="options">The options; copied. If <see cref="BackpropTrainer.Options.RowGroupColumnName"/> is null, it is
    /// "GroupId".</param>
    /// <exception cref="ArgumentException">An option is missing or out of range, or cannot be combined with ranking.</exception>
    public static BackpropTrainer Backprop(this RankingCatalog.RankingTrainers catalog, BackpropTrainer.Options options)
    {
        Contracts.CheckValue(options, nameof(options));
        var ofRanking = options.Copy();
        ofRanking.RowGroupColumnName ??= DefaultColumnNames.GroupId;
        return Make(catalog, ofRanking, LearningTask.Ranking);
    }

    /// <summary>Trains an autoencoder for anomaly detection, without labels. Rows that are reconstructed badly are anomalies.</summary>
    /// <remarks>
    /// <para>The training rows should be normal. A few anomalies among them do little harm.</para>
    /// <list type="table">
    /// <item><term>Score</term><description>Single: the reconstruction error, from 0 on. It is the mean over the features of the squared
    /// residual, each divided by its mean on held-out rows, and averaged over the ensemble. A missing feature has the residual 0.
    /// </description></item>
    /// <item><term>Probability</term><description>Single: the share of held-out rows with a smaller error (a conformal p-value turned
    /// round).</description></item>
    /// <item><term>PredictedLabel</term><description>Boolean: whether the probability is above
    /// <see cref="BackpropTrainer.Options.AnomalyThreshold"/>, 0.95 by default. So about 5 % of normal rows are called
    /// anomalies.</description></item>
    /// </list>
    /// <para><c>ml.AnomalyDetection.Evaluate</c> measures scored data with a label.</para>
    /// <para>Hawkins, He, Williams and Baxter (2002), "Outlier detection using replicator neural networks"; Vincent et al. (2010), "Stacked
    /// denoising autoencoders", JMLR 11.</para>
    /// </remarks>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="featureColumnName">The features: a vector of Single.</param>
    /// <param name="exampleWeightColumnName">A column of Single with the weight of each row; null if all weights are equal.</param>
    /// <param name="hiddenLayers">Units of every hidden layer; null for those of <see cref="Preset.Default"/>.</param>
    /// <param name="learningRate">Length of a step, &gt; 0; null for that of <see cref="Preset.Default"/>.</param>
    /// <param name="numberOfIterations">Number of epochs, at least 1; null for that of <see cref="Preset.Default"/>, which depends on the
    /// number of rows.</param>
    /// <exception cref="ArgumentException">An argument is missing or out of range.</exception>
    public static BackpropTrainer Backprop(
        this AnomalyDetectionCatalog.AnomalyDetectionTrainers catalog,
        string featureColumnName = DefaultColumnNames.Features, string? exampleWeightColumnName = null, int[]? hiddenLayers = null,
        double? learningRate = null, int? numberOfIterations = null) =>
        catalog.Backprop(
            BackpropTrainer.SimpleOptions(
                DefaultColumnNames.Label, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations));

    /// <summary>Trains an autoencoder for anomaly detection, without labels. Rows that are reconstructed badly are anomalies.</summary>
    /// <inheritdoc cref="Backprop(AnomalyDetectionCatalog.AnomalyDetectionTrainers, string, string, int[], double?, int?)"
    /// path="/remarks"/>
    /// <param name="catalog">The list of trainers.</param>
    /// <param name="options">The options; copied. Options of labels, such as <c>LossFunction</c>, are refused, and so are category
    /// columns.</param>
    /// <exception cref="ArgumentException">An option is missing, out of range, or not for anomaly detection.</exception>
    public static BackpropTrainer Backprop(
        this AnomalyDetectionCatalog.AnomalyDetectionTrainers catalog, BackpropTrainer.Options options) =>
        Make(catalog, options, LearningTask.AnomalyDetection);

    private static BackpropTrainer Make(
        TrainCatalogBase.CatalogInstantiatorBase catalog, BackpropTrainer.Options options, params LearningTask[] tasks)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        return new BackpropTrainer(CatalogUtils.GetEnvironment(catalog), options, tasks);
    }
}
