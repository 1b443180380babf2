using System.Numerics.Tensors;
using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>RealMLP for the data of one run, put together of our parts.</summary>
internal sealed class PublishedRecipe(PublishedRun run)
{
    public const int BatchSize = 10, Epochs = 10;

    private const int Units = 10, HiddenLayers = 3, TrainingRows = 53, EmbeddingDimension = 8;

    private bool IsSimple => run.Recipe == "TD-S";

    /// <summary>Columns that are scaled and clipped.</summary>
    public int PlainColumns => run.Columns - run.Tables.Length;

    public Loss Loss => run.IsClass ? new SoftmaxCrossEntropy { LabelSmoothing = 0.1 } : new SquaredError();

    private Metric Judgement => run.IsClass ? new Accuracy() : new RootMeanSquaredError();

    public ExampleSet AllRows => new(run.Features, run.Columns, run.Targets);

    public ExampleSet Training => AllRows.Slice(0, TrainingRows);

    public ExampleSet Validation => AllRows.Slice(TrainingRows, run.Targets.Length - TrainingRows);

    /// <summary>The rows of all batches, one after the other.</summary>
    public ExampleSet Dealt =>
        new(
            [.. run.Order.SelectMany(row => run.Features[(row * run.Columns)..((row + 1) * run.Columns)])], run.Columns,
            [.. run.Order.Select(row => run.Targets[row])]);

    public Standardization Inputs =>
        Training.MeasureFeatures(FeatureScaling.Robust).Sparing(Enumerable.Range(PlainColumns, run.Tables.Length));

    public Standardization? TargetScale => run.IsClass ? null : Standardization.Measure(Training.Targets, []);

    public Network ToNetwork()
    {
        Activation bend = run.IsClass ? new SELU() : new Mish();
        var outputs = run.IsClass ? (int)run.Targets.Max() + 1 : 1;
        if (IsSimple)
            return new MultilayerPerceptron
            {
                HiddenLayers = [.. Enumerable.Repeat(Units, HiddenLayers)],
                Activation = bend,
                SmoothClip = 3,
                InputScale = true,
                NtkParametrization = true
            }.Build(run.Columns, outputs);

        var builder = new NetworkBuilder(run.Columns)
            .EntityEmbedding([.. run.Tables.Select((count, k) => new EmbeddedCategory(PlainColumns + k, count, EmbeddingDimension))])
            .SmoothClip(3, PlainColumns)
            .Embed(new PeriodicPhaseEmbedding(), run.Numbers) // and not the one-hot columns behind them
            .InputScale();
        for (var l = 0; l < HiddenLayers; l++) builder.NtkDense(Units).Activation(new ParametricMix(bend));
        return builder.NtkDense(outputs).Build();
    }

    public TrainingOptions ToOptions()
    {
        var options = new TrainingOptions
        {
            Loss = Loss,
            Optimizer = new Adam { Beta2 = 0.95 },
            LearningRate = run.IsClass ? 0.04 : IsSimple ? 0.07 : 0.2,
            LearningRateSchedule = new CosineLogarithmicSchedule(),
            ParameterGroups = new() { Scales = new(6, 0), Biases = new(0.1, 0) },
            BatchSize = BatchSize,
        };
        // pytabkit multiplies the decay by the factor of the learning rate twice; here the second number of each pair is the other time.
        return IsSimple ? options : options with
        {
            WeightDecay = 0.02,
            WeightDecaySchedule = new FlatCosineSchedule(),
            ParameterGroups = new()
            {
                Scales = new(6, 6),
                Biases = new(0.1, 0),
                NumericEmbeddings = new(0.1, 0.1),
                Activations = new(0.1, 0.1)
            },
        };
    }

    public TrainedNetwork Trained(Network network, ReadOnlySpan<float> parameters) => new(network, parameters, Loss, Inputs, TargetScale);

    /// <summary>The rule that keeps an epoch, which sees no reason to end before the last.</summary>
    public EarlyStopping Selection => new() { KeepLastBest = true, Patience = Epochs, Metric = Judgement };

    /// <summary>What an epoch is judged by: accuracy, or root of the mean squared error, of the validation rows.</summary>
    public double Judge(Network network, ReadOnlySpan<float> parameters)
    {
        var predictions = Predict(network, parameters).RowRange(TrainingRows, Validation.Count);
        return Judgement.Measure(predictions, predictions, Validation.Targets, []);
    }

    /// <summary>Probabilities or targets of all rows; TD keeps targets within those of the training rows.</summary>
    public Matrix Predict(Network network, ReadOnlySpan<float> parameters)
    {
        var predictions = Trained(network, parameters).CreateScorer(run.Targets.Length).Predict(AllRows.Features);
        if (IsSimple || run.IsClass) return predictions;
        var known = run.Targets.AsSpan(0, TrainingRows);
        TensorPrimitives.Min(predictions.Values, TensorPrimitives.Max<float>(known), predictions.Values);
        TensorPrimitives.Max(predictions.Values, TensorPrimitives.Min<float>(known), predictions.Values);
        return predictions;
    }

    /// <summary>All rows, scaled.</summary>
    public ReadOnlyMatrix Scaled()
    {
        var x = AllRows.Features;
        var inputs = Inputs;
        var scaled = new Matrix(new float[run.Features.Length], x.Rows, x.Columns);
        for (var row = 0; row < x.Rows; row++) inputs.Apply(x.Row(row), scaled.Row(row));
        return scaled;
    }

    /// <summary>What leaves the last layer, of all rows.</summary>
    public float[] Scores(Network network, ReadOnlySpan<float> parameters) =>
        network.Forward(parameters, Scaled(), new Workspace(network, run.Targets.Length, forTraining: false)).Values.ToArray();
}
