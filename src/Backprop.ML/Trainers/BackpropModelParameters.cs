using Backprop.Explanations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Export;
using Backprop.ML.Persistence;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML;

/// <summary>The result of training: the network with its weights, and the history of the training.</summary>
public sealed partial class BackpropModelParameters : ModelParametersBase<float>, ISchemaBindableMapper
{
    private readonly TrainingResult _result;
    private readonly Lazy<ExplainedNetwork> _explained;

    internal BackpropModelParameters(IHostEnvironment environment, LearningTask task, TrainingResult result, ModelColumns columns)
        : base(environment, nameof(BackpropModelParameters))
    {
        (Task, _result, Columns) = (task, result, columns);
        _explained = new Lazy<ExplainedNetwork>(() => new ExplainedNetwork(result.Network));
        Layers = DenseLayers(result.Network);
    }

    /// <summary>The network, its parameters, and the standardization of its inputs and targets.</summary>
    public TrainedNetwork Network => _result.Network;

    /// <summary>One report for every epoch, in order.</summary>
    public IReadOnlyList<EpochReport> History => _result.History;

    /// <summary>The epoch of the weights: the best on the validation data with early stopping, otherwise the last.</summary>
    public int BestEpoch => _result.BestEpoch;

    /// <summary>The best epoch, time, preset, seed and warnings of the training, as
    /// <see cref="Backprop.Reports.HistoryReports.SaveHtml"/> shows them. Of a model that was loaded, only the best epoch is
    /// known.</summary>
    public TrainingSummary Summary => _result.Summary;

    /// <summary>The trials of a search (<see cref="BackpropTrainer.Options.Search"/>), in the order in which they were trained. Empty
    /// without a search, and for a model that was loaded.</summary>
    public IReadOnlyList<SearchTrial> Trials => _result.Trials;

    /// <summary>Weights and biases of every dense layer, first to last. For an ensemble, those of each layer are in the order of the
    /// members. They apply to standardized features if <c>NormalizeFeatures</c> was true.</summary>
    public IReadOnlyList<DenseParameters> Layers { get; }

    /// <summary>Writes the network as a file of ONNX, which runs without .NET: raw features in, predictions out.</summary>
    /// <remarks>
    /// <list type="table">
    /// <item><term>features</term><description>[rows × slots of the feature column], single precision; NaN for a missing
    /// value.</description></item>
    /// <item><term>a category column, by its name</term><description>[rows × keys], 64-bit integers: key values of the training data, from
    /// 1 on; 0 for a missing value.</description></item>
    /// <item><term>scores</term><description>[rows × outputs], single precision: logits of a classifier, predictions of a
    /// regression.</description></item>
    /// <item><term>predictions</term><description>[rows × outputs], single precision: probabilities of a classifier, predictions of a
    /// regression.</description></item>
    /// <item><term>intervals</term><description>[rows × 2·targets], single precision, if <c>PredictionIntervals</c> was set for a
    /// regression: lower and upper end for each target.</description></item>
    /// <item><term>prediction_sets</term><description>[rows × classes], single precision, if it was set for a classification: 1 for a class
    /// in the set, otherwise 0; false and true for each label of Boolean.</description></item>
    /// <item><term>uncertainties</term><description>[rows × outputs], single precision, if <c>Uncertainty</c> was set: the standard
    /// deviation of the members' predictions.</description></item>
    /// <item><term>a hidden layer, by the name of its column</term><description>[rows × members·units], single precision, for each call of
    /// <see cref="BackpropTransformer.WithHiddenLayer"/>: the activations.</description></item>
    /// </list>
    /// The operator set is 17. The metadata has the task, the loss, and the names of features, category values and classes; classes are in
    /// the order of the outputs. To convert a whole pipeline, use <c>ml.Model.ConvertToOnnx</c> of the package Microsoft.ML.OnnxConverter.
    /// docs/guides/onnx.md shows both. The format: https://github.com/onnx/onnx/blob/main/docs/IR.md.
    /// </remarks>
    /// <param name="stream">It is written here, from its position on; it stays open.</param>
    /// <exception cref="ArgumentNullException">There is no stream.</exception>
    /// <exception cref="NotSupportedException">The network has a custom layer, activation or loss; the message names it.</exception>
    public void SaveAsOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        new OnnxExport(this, Host).WriteTo(stream);
    }

    /// <summary>The network as explanations use it.</summary>
    internal ExplainedNetwork Explained => _explained.Value;

    /// <summary>The score that is explained by default: the predicted class, or the first score.</summary>
    internal ExplainedOutput DefaultOutput => new(
        Task.TargetKind == TargetKind.Class ? Explainer.LargestOutput : OutputOrder.Of(Columns, Network, names: []).OutputAt(0),
        Task.ScoresArePredictions);

    internal LearningTask Task { get; }

    /// <summary>The columns of the network's inputs and outputs.</summary>
    internal ModelColumns Columns { get; }

    /// <summary>The thresholds that training chose, in the order of the Score column.</summary>
    internal DecisionThreshold Threshold
    {
        get
        {
            if (_result.Thresholds.Count == 0) return DecisionThreshold.Default;
            var thresholds = _result.Thresholds.ToArray();
            if (OutputOrder.Of(Columns, Network, names: []).Positions is { } positions)
                for (var k = 0; k < thresholds.Length; k++) thresholds[positions[k]] = _result.Thresholds[k];
            return DecisionThreshold.Of(thresholds, DefaultColumnNames.Score);
        }
    }

    private protected override PredictionKind PredictionKind => Task.Kind;

    internal static BackpropModelParameters Create(IHostEnvironment environment, ModelLoadContext context) =>
        ModelFile.ReadModel(environment, context);

    ISchemaBoundMapper ISchemaBindableMapper.Bind(IHostEnvironment env, RoleMappedSchema schema)
    {
        var order = OutputOrder.Of(Columns, Network, names: []);
        return new NetworkMapper(Task, Network, Columns, order, DecisionThreshold.Default).Bind(env, schema);
    }

    /// <summary>The same with another network of the same shape.</summary>
    internal BackpropModelParameters With(TrainedNetwork network) => new(Host, Task, _result with { Network = network }, Columns);

    private protected override void SaveCore(ModelSaveContext ctx) => WriteTo(ctx);

    /// <summary>Writes the folder of the model, and returns its entry Model.key.</summary>
    internal FolderEntry WriteTo(ModelSaveContext context)
    {
        base.SaveCore(context);
        return ModelFile.WriteModel(context, Task, _result, Columns);
    }

    private static DenseParameters[] DenseLayers(TrainedNetwork trained) =>
    [
        .. trained.Network.Layers.Select((layer, index) => (Affine: layer as IAffine, index))
            .Where(at => at.Affine is not null)
            .SelectMany(at => Enumerable.Range(0, at.Affine!.Groups)
                .Select(group => new DenseParameters(at.Affine, trained.Parameters[trained.Network.ParametersOf(at.index)], group))),
    ];
}
