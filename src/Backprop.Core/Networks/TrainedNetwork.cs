using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Networks;

/// <summary>A network with its parameters, the conversion of raw features into inputs, and the conversion of scores into predictions.
/// Immutable, so any number of threads may share it.</summary>
public sealed class TrainedNetwork
{
    /// <summary>Below the minimum, scores would leave the range of single precision. Above the maximum, all predictions would be
    /// alike.</summary>
    internal const double MinTemperature = 0.01, MaxTemperature = 100;

    private readonly Real[] _parameters;

    /// <summary>Makes a trained network; <paramref name="parameters"/> are copied.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="parameters">[network.ParameterCount], all finite.</param>
    /// <param name="loss">The loss it was trained with; its link computes predictions from scores.</param>
    /// <param name="inputs">How raw features become inputs; null if they are not scaled.</param>
    /// <param name="targets">How targets were scaled for training, to be undone in predictions; null if they were not.</param>
    /// <param name="bounds">The limits of predictions, in units of the target; null for none.</param>
    /// <param name="temperature">T: the divisor of the scores; 1 for none. From 0.01 to 100.</param>
    /// <exception cref="ArgumentException">A shape does not fit, a parameter is not finite, or the temperature is not 1 although the loss
    /// has no logits.</exception>
    public TrainedNetwork(
        Network network, ReadOnlySpan<Real> parameters, Loss loss, Standardization? inputs = null, Standardization? targets = null,
        TargetBounds? bounds = null, double temperature = 1)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(loss);
        if (parameters.Length != network.ParameterCount)
            throw new ArgumentException(
                $"Network {network} has {network.ParameterCount} parameters, but {parameters.Length} were passed.", nameof(parameters));
        for (var i = 0; i < parameters.Length; i++)
            if (!Real.IsFinite(parameters[i]))
                throw new ArgumentException($"Parameter {i} is {parameters[i]}; all must be finite.", nameof(parameters));
        if (inputs is not null && inputs.Means.Length != network.Inputs)
            throw new ArgumentException(
                $"Network {network} has {network.Inputs} inputs, but the standardization has {inputs.Means.Length} columns.",
                nameof(inputs));
        if (targets is not null && (!loss.AllowsTargetScaling || targets.Means.Length != loss.TargetColumnsOf(network.Outputs)))
            throw new ArgumentException(
                $"{targets.Means.Length} scaled targets do not fit {network.Outputs} outputs with {loss}.", nameof(targets));
        if (bounds is not null && (!loss.AllowsTargetScaling || bounds.Least.Length != loss.TargetColumnsOf(network.Outputs)))
            throw new ArgumentException(
                $"Bounds of {bounds.Least.Length} targets do not fit {network.Outputs} outputs with {loss}.", nameof(bounds));
        if (!(temperature >= MinTemperature && temperature <= MaxTemperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"must be from {MinTemperature} to {MaxTemperature}");
        if (temperature != 1 && !loss.HasLogits)
            throw new ArgumentException(
                $"The scores of {loss} are not logits, so {nameof(temperature)} must be 1; it is {temperature}.", nameof(temperature));
        (Network, Loss, Inputs, Targets, Bounds, Temperature) = (network, loss, inputs, targets, bounds, temperature);
        ScoreScale = targets is null ? null : ScaleOfScores(network, loss, targets);
        Limits = bounds?.ToLimits(loss, network.Outputs);
        _parameters = parameters.ToArray();
        Inference = new InferenceGraph(this, _parameters);
    }

    /// <summary>The layers.</summary>
    public Network Network { get; }

    /// <summary>All parameters, in the layers' order.</summary>
    public ReadOnlySpan<Real> Parameters => _parameters;

    /// <summary>The computation from raw features to predictions.</summary>
    internal InferenceGraph Inference { get; private init; }

    /// <summary>Whether it scores sparse rows (mostly zeros) without conversion.</summary>
    internal bool TakesSparse => Blend is null && Inputs is not { KeepsZeros: false } && Inference.Form.Network.TakesSparse;

    /// <summary>Whether rows are likely to be sparse, and are scored faster as sparse rows: there are many inputs, and 0 stays 0. The
    /// scores are the same either way.</summary>
    internal bool IsFedSparse => TakesSparse && Network.Inputs >= MinInputsToFeedSparse;

    // A row with fewer columns is multiplied faster as a dense row.
    private const int MinInputsToFeedSparse = 1000;

    /// <summary>A batch for sparse rows to score, if the network supports them.</summary>
    internal SparseBatch MakeSparseBatch() => Inference.Form.Network.MakeSparseBatch(Inference.Form.Parameters);

    /// <summary>The factors of sparse values before they enter the network; empty for none.</summary>
    internal ReadOnlySpan<Real> SparseFactors => Inputs is null ? [] : Inputs.Factors;

    /// <summary>The loss it was trained with.</summary>
    public Loss Loss { get; }

    /// <summary>How raw features become inputs, or null.</summary>
    public Standardization? Inputs { get; }

    /// <summary>How targets were scaled for training, or null.</summary>
    public Standardization? Targets { get; }

    /// <summary>The limits of predictions, or null.</summary>
    public TargetBounds? Bounds { get; }

    /// <summary>T: the divisor of the scores that calibrates the confidence of probabilities
    /// (<see cref="Backprop.Training.TrainingOptions.TemperatureScaling"/>); 1 for none. Of a blend, the divisor of the blended scores.
    /// </summary>
    public double Temperature { get; }

    /// <summary>The means of the training data, with which explanations compare a row; null where they are not known.</summary>
    /// <exception cref="ArgumentException">They are not those of this network's features.</exception>
    internal TrainingMeans? Means
    {
        get;
        init => field = value is null || value.FitsTo(Network)
            ? value
            : throw new ArgumentException($"The means of {value.Features.Length} features do not fit network {Network}.", nameof(value));
    }

    /// <summary>The limits of scores, in units of the target, or null.</summary>
    internal ScoreLimits? Limits { get; }

    /// <summary>Undoes the scaling of the targets in scores; null without scaling. A target may have several scores.</summary>
    internal Standardization? ScoreScale { get; }

    /// <summary>The conformity scores of held-out rows, which intervals and prediction sets are computed from
    /// (<see cref="Backprop.Training.TrainingOptions.PredictionIntervals"/>); null for none. A copy with other weights or another
    /// temperature has none.</summary>
    public ConformalCalibration? Conformal { get; internal init; }

    /// <summary>All networks whose predictions are averaged, if there are several; the first of them has the layers and parameters of this
    /// network. Null for a single network.</summary>
    public NetworkBlend? Blend { get; }

    /// <summary>The reconstruction errors of held-out rows. With them, a prediction is the probability of an anomaly; null for networks
    /// other than autoencoders. A copy with other weights has none.</summary>
    /// <exception cref="ArgumentException">The network has several outputs.</exception>
    public ErrorDistribution? Errors
    {
        get;
        internal init
        {
            if (value is not null && Network.Outputs != 1)
                throw new ArgumentException(
                    $"Reconstruction errors do not fit network {Network}, because it has {Network.Outputs} outputs.");
            field = value;
            Inference = new InferenceGraph(this, _parameters);
        }
    }

    /// <summary>The hidden layers whose activations are outputs, too (<see cref="WithHiddenLayer"/>).</summary>
    /// <exception cref="ArgumentException">There is no such layer, or two have the same name.</exception>
    public IReadOnlyList<HiddenOutput> HiddenOutputs
    {
        get;
        internal init
        {
            field = [.. value.Select(output => HiddenOutput.Of(Network, output.Layer, output.Name))];
            if (field.DistinctBy(output => output.Name).Count() < field.Count)
                throw new ArgumentException($"Two outputs of hidden layers have the same name: {string.Join(", ", field)}.");
            Inference = new InferenceGraph(this, _parameters);
        }
    } = [];

    /// <summary>The same network with the activations of a hidden layer as one more output.</summary>
    /// <param name="layer">Which hidden layer, from 1 on; −1 for the last.</param>
    /// <param name="name">The name of the output; another one for each call.</param>
    /// <exception cref="ArgumentException">The network has no such layer, or an output has this name already.</exception>
    public TrainedNetwork WithHiddenLayer(int layer, string name)
    {
        if (Blend is not null)
            throw new ArgumentException(
                $"The network is a blend of {Blend.Parts.Count} networks, each with hidden layers of its own. Use "
                + $"{nameof(NetworkBlend.Parts)} of its {nameof(Blend)}.", nameof(layer));
        return new(Network, _parameters, Loss, Inputs, Targets, Bounds, Temperature)
        {
            Means = Means,
            ReportsUncertainty = ReportsUncertainty,
            Conformal = Conformal,
            Errors = Errors,
            HiddenOutputs = [.. HiddenOutputs, HiddenOutput.Of(Network, layer, name)],
        };
    }

    /// <summary>Whether the spread of the members is reported with each prediction
    /// (<see cref="Backprop.Training.TrainingOptions.Uncertainty"/>).</summary>
    public bool ReportsUncertainty { get; internal init; }

    /// <summary>Whether more is computed from the members than their average.</summary>
    internal bool NeedsMembers => ReportsUncertainty || Conformal is { Members: > 1 };

    /// <summary>The same with another temperature, and without conformity scores, because these would be others.</summary>
    internal TrainedNetwork With(double temperature) => With(temperature, conformal: null);

    /// <summary>The same with conformity scores.</summary>
    internal TrainedNetwork With(ConformalCalibration? conformal) => With(Temperature, conformal);

    /// <summary>The same with other parameters, and with reconstruction errors.</summary>
    internal TrainedNetwork With(ReadOnlySpan<Real> parameters, ErrorDistribution errors) =>
        new(Network, parameters, Loss, Inputs) { Means = Means, Errors = errors };

    /// <summary>A blend with the layers and parameters of this network, its first part.</summary>
    /// <param name="blend">All parts.</param>
    /// <param name="temperature">The divisor of the blended scores.</param>
    internal TrainedNetwork With(NetworkBlend blend, double temperature) => With(temperature, conformal: null, blend);

    private TrainedNetwork With(double temperature, ConformalCalibration? conformal) => With(temperature, conformal, Blend);

    private TrainedNetwork With(double temperature, ConformalCalibration? conformal, NetworkBlend? blend)
    {
        var other = new TrainedNetwork(Network, _parameters, Loss, Inputs, Targets, Bounds, temperature)
        {
            Means = Means,
            ReportsUncertainty = ReportsUncertainty,
            Conformal = conformal,
            HiddenOutputs = HiddenOutputs,
        };
        return blend is null ? other : new TrainedNetwork(other, blend);
    }

    private TrainedNetwork(TrainedNetwork first, NetworkBlend blend)
        : this(
            first.Network, first._parameters, first.Loss, first.Inputs, first.Targets, first.Bounds, first.Temperature)
    {
        (Means, ReportsUncertainty, Conformal) = (first.Means, first.ReportsUncertainty, first.Conformal);
        Blend = blend;
        Inference = new InferenceGraph(blend, Temperature);
    }

    /// <summary>Converts scores to the units of the target and clips them to its bounds, or divides them by the temperature, in
    /// place.</summary>
    internal void Finish(Matrix scores)
    {
        foreach (var operation in Inference.Finishing) operation.Apply(scores);
    }

    /// <summary>Makes a scorer: the scratch memory that one thread needs.</summary>
    /// <param name="rows">Maximum number of examples of one call; at least 1.</param>
    public RowScorer CreateScorer(int rows = 1) => new(this, rows);

    /// <summary>Makes a scorer that also computes intervals, prediction sets and the spread of the members: the scratch memory that one
    /// thread needs.</summary>
    /// <param name="rows">Maximum number of examples of one call; at least 1.</param>
    public UncertaintyScorer CreateUncertaintyScorer(int rows = 1) => new(this, rows);

    private static Standardization ScaleOfScores(Network network, Loss loss, Standardization targets)
    {
        Real[] means = new Real[network.Outputs], factors = new Real[network.Outputs];
        loss.ScaleScores(targets.Means, targets.Factors, means, factors);
        return new Standardization(means, factors);
    }
}
