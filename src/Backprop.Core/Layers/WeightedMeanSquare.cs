using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = (1/n)·Σⱼ wⱼ·xⱼ²: the error of an autoencoder, from its residuals x. Parameters: w [inputs], 1 at first.</summary>
/// <remarks>
/// w is not learned. After training, a trainer sets it to the inverse of the mean square of the residual on held-out rows. So a feature
/// that cannot be reconstructed does not hide the others. The mean has one more row, whose square is 1: few rows of small residuals do not
/// make a weight extreme. In an ensemble, every member has its own weights and one output.
/// </remarks>
public sealed record WeightedMeanSquare : Layer, ISupportsEnsembles, IReplicable, IDividesMembers, IWeighsErrors, IDescribesInference
{
    /// <summary>Makes a layer with one output for each group of columns.</summary>
    /// <param name="width">n: columns of a group; at least 1.</param>
    /// <param name="groups">Number of groups, one for each member of an ensemble; at least 1.</param>
    public WeightedMeanSquare(int width, int groups = 1) : base(Replicate.Times(width, groups), groups) =>
        (Width, Groups) = (width, groups);

    /// <summary>Columns of a group.</summary>
    public int Width { get; }

    /// <summary>Number of groups, and of outputs.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("error weights", Inputs, ParameterRole.Statistic)];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => Groups == members;

    Layer IReplicable.Replicated(int members) => new WeightedMeanSquare(Width, Groups * members);

    Layer IDividesMembers.ForMembers(int members, int count) => new WeightedMeanSquare(Width, Groups / members * count);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => parameters.Fill(1);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new AverageSquares([x], graph.NewName(), Outputs, parameters));

    void IWeighsErrors.SetWeights(Span<Real> parameters, ReadOnlySpan<double> sums, ReadOnlySpan<int> counts)
    {
        for (var j = 0; j < parameters.Length; j++) parameters[j] = (Real)((counts[j] + 1) / (sums[j] + 1));
    }

    void IWeighsErrors.ShareOut(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> x, Span<double> shares)
    {
        shares.Clear();
        for (var i = 0; i < x.Length; i++) shares[i % Width] += (double)parameters[i] * x[i] * x[i] / x.Length;
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
            for (var group = 0; group < Groups; group++)
            {
                var own = x.Row(row).Slice(group * Width, Width);
                var weights = parameters.Slice(group * Width, Width);
                double sum = 0;
                for (var j = 0; j < own.Length; j++) sum += (double)weights[j] * own[j] * own[j];
                y.Row(row)[group] = (Real)(sum / Width);
            }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        var share = (Real)1 / Width;
        for (var row = 0; row < x.Rows; row++)
            for (var j = 0; j < Inputs; j++)
            {
                Real own = x.Row(row)[j], scaled = dy.Row(row)[j / Width] * share * own;
                if (!dx.IsEmpty) dx.Row(row)[j] = 2 * parameters[j] * scaled;
                if (!dParameters.IsEmpty) dParameters[j] += scaled * own;
            }
    }
}
