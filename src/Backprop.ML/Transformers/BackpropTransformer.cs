using Backprop.Explanations;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Persistence;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>A trained network as a step of an ML.NET pipeline: adds the columns of its task (Score, and for classifiers PredictedLabel and
/// Probability).</summary>
/// <remarks>
/// Created by <see cref="BackpropTrainer"/> or by <c>ml.Model.Load</c>. Immutable; any number of threads may transform at the same time.
/// <c>Model</c> contains the network.
/// <para>
/// <c>ml.Model.Save</c> writes directly to its path. If the process is killed meanwhile, an earlier model at this path is lost.
/// <see cref="BackpropModels.SaveAtomically"/> replaces the file at once.
/// </para>
/// <para>A damaged file ends <c>ml.Model.Load</c> with an exception whose <see cref="Exception.GetBaseException"/> is a
/// <see cref="FormatException"/>.</para>
/// </remarks>
public sealed class BackpropTransformer : SingleFeaturePredictionTransformerBase<BackpropModelParameters>, ITransformer
{
    private readonly InputColumns _inputs;
    private readonly DecisionThreshold _threshold;
    private NetworkMapper _mapper = null!;

    internal BackpropTransformer(
        IHostEnvironment environment, BackpropModelParameters model, DataViewSchema trainSchema, InputColumns inputs,
        string? labelColumnName, DecisionThreshold threshold)
        : base(environment.Register(nameof(BackpropTransformer)), model, trainSchema, inputs.Features)
    {
        (LabelColumnName, _inputs, _threshold) = (labelColumnName, inputs, threshold);
        SetScorer();
    }

    /// <summary>The label column of the training data; null for anomaly detection, which has none.</summary>
    public string? LabelColumnName { get; }

    /// <summary>The label column of the training data.</summary>
    /// <exception cref="InvalidOperationException">The model is for anomaly detection.</exception>
    internal DataViewSchema.Column TrainedLabel => TrainSchema[LabelColumnName ?? throw Host.Except(
        "The model is for {0}, which has no label, but this needs one. Use ml.AnomalyDetection.Evaluate.", Model.Task.Name)];

    internal InputColumns Inputs => _inputs;

    /// <summary>The threshold above which a row, or one of several labels, is called positive. It is compared with
    /// <see cref="ThresholdColumnName"/>. Undefined for other tasks.</summary>
    /// <value>Anomaly detection: <see cref="BackpropTrainer.Options.AnomalyThreshold"/> of Probability. Otherwise 0 of Score, unless
    /// <see cref="BackpropTrainer.Options.ThresholdMetric"/> or <see cref="WithThreshold"/> has set another. NaN if the labels have
    /// different thresholds.</value>
    public float Threshold => _threshold.Value;

    /// <summary>The threshold of each label, in the order of the slots of <c>Score</c>. Of other tasks, <see cref="Threshold"/>
    /// alone.</summary>
    public IReadOnlyList<float> Thresholds => _threshold.ForLabels(Model.Task.HasThreshold ? Model.Network.Network.Outputs : 1);

    /// <summary>The column that <see cref="Thresholds"/> are compared with: Score or Probability.</summary>
    public string ThresholdColumnName => _threshold.ColumnName;

    /// <summary>The same model with another threshold for <c>PredictedLabel</c>; for binary and multi-label classification, and anomaly
    /// detection.</summary>
    /// <remarks>ML.NET's <c>Evaluate</c> ignores the threshold; <c>ml.BinaryClassification.EvaluatePredictedLabel</c> uses it. It
    /// corresponds to <c>ChangeModelThreshold</c> for ML.NET's own models.</remarks>
    /// <param name="threshold">Finite; a row is called positive above it.</param>
    /// <param name="thresholdColumnName">"Probability" or "Score".</param>
    /// <exception cref="ArgumentException">The threshold is not finite, or there is no such column to compare it with.</exception>
    /// <exception cref="InvalidOperationException">The model is for another task.</exception>
    public BackpropTransformer WithThreshold(float threshold, string thresholdColumnName = DefaultColumnNames.Probability)
    {
        if (!float.IsFinite(threshold)) throw ValueRange.Refusal(nameof(threshold), threshold, "must be finite");
        return With(new DecisionThreshold(threshold, thresholdColumnName));
    }

    /// <summary>The same model with a threshold for each label of a multi-label classification, which <c>PredictedLabel</c> uses.</summary>
    /// <remarks>A label is true if its probability is above its threshold. ONNX and saved models have the thresholds, too.</remarks>
    /// <param name="thresholds">One for each label, in the order of the slots of the label column; each finite. Copied.</param>
    /// <param name="thresholdColumnName">"Probability" or "Score".</param>
    /// <exception cref="ArgumentException">The number of thresholds is not the number of labels, a threshold is not finite, or there is no
    /// such column.</exception>
    /// <exception cref="InvalidOperationException">The model is for another task.</exception>
    public BackpropTransformer WithThresholds(
        IReadOnlyList<float> thresholds, string thresholdColumnName = DefaultColumnNames.Probability)
    {
        Host.CheckValue(thresholds, nameof(thresholds));
        CheckThresholds();
        var labels = Model.Network.Network.Outputs;
        if (thresholds.Count != labels || !thresholds.All(float.IsFinite))
            throw ValueRange.Refusal(
                nameof(thresholds), string.Join(", ", thresholds),
                $"must have {labels} finite values, one for each label of column '{LabelColumnName}'");
        return With(DecisionThreshold.Of([.. thresholds], thresholdColumnName));
    }

    private BackpropTransformer With(DecisionThreshold threshold)
    {
        var thresholdColumnName = threshold.ColumnName;
        if (thresholdColumnName is not (DefaultColumnNames.Score or DefaultColumnNames.Probability))
            throw ValueRange.Refusal(nameof(thresholdColumnName), thresholdColumnName, "must be Probability or Score");
        CheckThresholds();
        return new BackpropTransformer(Host, Model, TrainSchema, _inputs, LabelColumnName, threshold);
    }

    private void CheckThresholds()
    {
        if (!Model.Task.HasThreshold)
            throw Host.Except(
                "A threshold is for binary and multi-label classification, and for anomaly detection, but the model is for {0}.",
                Model.Task.Name);
    }

    /// <summary>The same model with another temperature: its scores are divided by T. <c>WithTemperature(1)</c> returns the model as it was
    /// before <see cref="BackpropTrainer.Options.TemperatureScaling"/>.</summary>
    /// <remarks>The order of rows and the class with the largest score stay the same. <see cref="Thresholds"/> of scores are rescaled with
    /// the scores, so <c>PredictedLabel</c> stays the same. A threshold of probabilities stays as it is, so it may decide otherwise.
    /// <c>Model.Network.Temperature</c> is the present T. Prediction sets are removed, because they were calibrated for other
    /// scores.</remarks>
    /// <param name="temperature">T, from 0.01 to 100: above 1 for less confident probabilities, below 1 for more confident ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    /// <exception cref="InvalidOperationException">The scores of the model are not logits, as in a regression.</exception>
    public BackpropTransformer WithTemperature(double temperature)
    {
        var network = Model.Network;
        if (!(temperature >= TrainedNetwork.MinTemperature && temperature <= TrainedNetwork.MaxTemperature))
            throw ValueRange.Refusal(
                nameof(temperature), temperature, $"must be from {TrainedNetwork.MinTemperature} to {TrainedNetwork.MaxTemperature}");
        if (!network.Loss.HasLogits)
            throw Host.Except("A temperature divides logits, but the scores of {0} are not logits.", network.Loss);
        var threshold = _threshold.ColumnName == DefaultColumnNames.Score
            ? _threshold.Times(network.Temperature / temperature)
            : _threshold;
        return new BackpropTransformer(
            Host, Model.With(network.With(temperature)), TrainSchema, _inputs, LabelColumnName, threshold);
    }

    /// <summary>The same model with one more column: the activations of a hidden layer, a learned representation of the row.</summary>
    /// <remarks>
    /// <para>The column is a vector of Single. For an ensemble, the members' activations follow one another, so its width is members ·
    /// units of the layer. <see cref="BackpropTrainer.Options.EnsembleSize"/> = 1 keeps it small. The values are those of scoring, without
    /// dropout; NaN where the score is NaN.</para>
    /// <para>Use it for retrieval, clustering, a linear model on top, or another table with the same columns. The column is saved with the
    /// model, and goes into ONNX.</para>
    /// </remarks>
    /// <param name="layer">Which hidden layer, from 1 on; −1 for the last.</param>
    /// <param name="outputColumnName">The name of the column; another one for each call.</param>
    /// <exception cref="ArgumentException">The model has no such layer, or scoring adds a column of this name already.</exception>
    public BackpropTransformer WithHiddenLayer(int layer = -1, string outputColumnName = "HiddenLayer")
    {
        Host.CheckNonEmpty(outputColumnName, nameof(outputColumnName));
        HiddenColumns.CheckName(Host, outputColumnName, GetOutputSchema(TrainSchema), _inputs);
        return new BackpropTransformer(
            Host, Model.With(Model.Network.WithHiddenLayer(layer, outputColumnName)), TrainSchema, _inputs, LabelColumnName, _threshold);
    }

    /// <summary>The same model with other weights, for example after training in another library.</summary>
    /// <remarks><c>NetworkWeights.Of(model.Model.Network)</c> has the present weights. Scaling that is not among the weights stays as it
    /// is. The history is that of this model.</remarks>
    /// <param name="weights">The weights of every layer.</param>
    /// <exception cref="ArgumentException">An array is missing or unknown, or has another shape; the message lists all of
    /// them.</exception>
    /// <exception cref="InvalidOperationException">The model is for anomaly detection.</exception>
    public BackpropTransformer WithWeights(NetworkWeights weights)
    {
        Host.CheckValue(weights, nameof(weights));
        if (Model.Network.Errors is not null)
            throw Host.Except(
                "The probabilities of {0} are calibrated on the errors of this network, so its weights cannot be replaced. Train again.",
                Model.Task.Name);
        return new BackpropTransformer(
            Host, Model.With(weights.ApplyTo(Model.Network)), TrainSchema, _inputs, LabelColumnName, _threshold);
    }

    /// <summary>Explains the score of every row: how much each column raises or lowers it, compared with the means of the training
    /// data.</summary>
    /// <remarks>
    /// <para>Category columns are explained like other columns: a category is compared with the mean of all categories, weighted by their
    /// shares in the training data. A missing value is compared with the mean, too.</para>
    /// <para>A model of an earlier version has no such means. It is explained against the centers of its scaling, or 0, and unknown
    /// categories. <see cref="PredictionExplanation.Baseline"/> says which.</para>
    /// <para>For anomaly detection, the score is an error, and each column adds its part. The parts are exact. The baseline is a row that
    /// is reconstructed exactly.</para>
    /// <para>The result for all rows is in memory. <c>ml.Data.TakeRows</c> limits the number of rows.</para>
    /// </remarks>
    /// <param name="rows">Data with the columns that the model predicts from.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>One explanation for every row, in order.</returns>
    /// <exception cref="ArgumentException">A column is missing or has another type, an option is out of range, or the model has no such
    /// output.</exception>
    /// <exception cref="NotSupportedException">The model has a custom loss, which has no known derivative. Use
    /// <see cref="ExplanationMethod.ShapleySampling"/>.</exception>
    public IReadOnlyList<PredictionExplanation> Explain(IDataView rows, ExplanationOptions? options = null)
    {
        Host.CheckValue(rows, nameof(rows));
        options ??= new ExplanationOptions();
        options.Check();
        var scored = GetOutputSchema(rows.Schema); // throws if the data lacks a column
        var known = _mapper.ColumnsIn(Host, nameof(rows), rows.Schema, _inputs);
        var outputs = OutputNames.Of(Model, scored[DefaultColumnNames.Score]);
        return new RowExplanations(Host, Model, outputs, rows, _inputs, known, options).ToList();
    }

    // ML.NET checks columns only when a row mapper is created, and does not name the column.
    /// <summary>Adds the output columns, lazily: rows are scored when they are read, in batches.</summary>
    /// <remarks>
    /// Columns are matched by name: features and key values may have another order than in training, if both sides have names. Key values
    /// that did not occur in training are unknown.
    /// </remarks>
    /// <param name="input">Data with the columns that the model was trained to predict from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or its slots have other names; the message
    /// lists them.</exception>
    public new IDataView Transform(IDataView input)
    {
        var scorer = ApplyScorer(input);
        var columns = _mapper.ColumnsIn(Host, nameof(input), input.Schema, _inputs);
        return new BatchScoredView(Host, scorer, _mapper, _inputs, columns);
    }

    IDataView ITransformer.Transform(IDataView input) => Transform(input);

    /// <summary>The columns of scored data.</summary>
    /// <param name="inputSchema">The columns of the data to score.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column to predict from is missing or has another type.</exception>
    public new DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return ApplyScorer(new EmptyDataView(Host, inputSchema)).OutputSchema;
    }

    DataViewSchema ITransformer.GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ApplyScorer(new EmptyDataView(Host, inputSchema));

    internal static BackpropTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        ModelFile.ReadTransformer(environment, context);

    // The file has not the format of the base class, because its loader uses the training schema before any checksum is compared.
    private protected override void SaveCore(ModelSaveContext ctx) => ModelFile.WriteTransformer(ctx, Host, this, _inputs, _threshold);

    // Key values and slot names of the label column in the training schema become slot names of Score and key values of PredictedLabel.
    private void SetScorer()
    {
        var roles = LabelColumnName is { } label ? _inputs.Roles.Append(RoleMappedSchema.ColumnRole.Label.Bind(label)) : _inputs.Roles;
        var schema = new RoleMappedSchema(TrainSchema, roles);
        var classNames = Model.Task.TargetKind == TargetKind.Class ? KeyNames.Given(TrainedLabel) : [];
        var slotNames = LabelColumnName is null ? [] : SlotNames.Of(TrainedLabel);
        var order = OutputOrder.Of(Model.Columns, Model.Network, slotNames, classNames);
        _mapper = new NetworkMapper(Model.Task, Model.Network, Model.Columns, order, _threshold);
        Scorer = Model.Task.CreateScorer(Host, new EmptyDataView(Host, TrainSchema), _mapper.Bind(Host, schema), schema, _threshold);
    }

    private void Warn(CategoryColumn column)
    {
        using var channel = Host.Start("Scoring");
        const string text = "No key value of category column '{0}' occurred in training ({1} did), so all rows are unknown in this column. "
            + "Check that the values are written in the same way.";
        channel.Warning(text, column.Name, NameDifference.List(column.Keys.Names));
    }

    private RowToRowScorerBase ApplyScorer(IDataView input)
    {
        Contracts.CheckValue(input, nameof(input));
        foreach (var column in _mapper.ColumnsIn(Host, nameof(input), input.Schema, _inputs).Categories)
            if (column.Keys.IsStrange) Warn(column);
        return (RowToRowScorerBase)Scorer.ApplyToData(Host, input);
    }
}
