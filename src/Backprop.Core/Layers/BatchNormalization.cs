using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = γ·(x − μ)/√(σ² + ε) + β, unit by unit. In training, μ and σ² are the batch's; in scoring, running means of them. Keeps
/// gradients of deep networks at one scale.</summary>
/// <remarks>
/// Ioffe and Szegedy (2015), "Batch normalization", arXiv:1502.03167, algorithms 1 and 2. As PyTorch's BatchNorm1d: the batch's variance is
/// divided by the number of rows, the running variance by that number minus 1; running ← (1 − m)·running + m·batch. A batch of one row has
/// no variance. It is normalized by the running mean and variance, and does not change them (PyTorch refuses it).
/// Parameters: γ, β, then the running mean and variance, each [Width].
/// </remarks>
public sealed record BatchNormalization
    : Layer, IBatchStatistics, IScoringRewrite, ISupportsEnsembles, IReplicable, IDividesMembers, IDescribesInference
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="momentum">m: the weight of the batch in the running mean and variance; in (0, 1]. Default 0.1.</param>
    /// <param name="epsilon">ε: keeps the quotient finite where a unit does not vary; &gt; 0. Default 1e-5.</param>
    public BatchNormalization(int width, double momentum = 0.1, double epsilon = 1e-5) : base(width, width)
    {
        if (!(momentum is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "must be in (0, 1]");
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "must be > 0 and finite");
        if (width > Array.MaxLength / 7)
            throw new ArgumentOutOfRangeException(nameof(width), width, $"must be at most {Array.MaxLength / 7}");
        (Momentum, Epsilon) = (momentum, epsilon);
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <summary>m: the weight of the batch in the running mean and variance.</summary>
    public double Momentum { get; }

    /// <summary>ε: keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override int ParameterCount => 4 * Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
    [
        new("scale", Width, ParameterRole.Scale), new("shift", Width, ParameterRole.Bias),
        new("running mean", Width, ParameterRole.Statistic), new("running variance", Width, ParameterRole.Statistic),
    ];

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <summary>Mean, variance and 1/√(σ² + ε) of the batch; Σ dy and Σ dy·(x − μ); and the terms that dx subtracts: the mean of dy, and
    /// the factor of x − μ.</summary>
    public int StatisticsLength => 7 * Width;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    bool ITrainingBehavior.IsRandom => false;

    Layer IReplicable.Replicated(int members) => new BatchNormalization(Replicate.Times(Width, members), Momentum, Epsilon);

    Layer IDividesMembers.ForMembers(int members, int count) => new BatchNormalization(Width / members * count, Momentum, Epsilon);

    int IDividesMembers.PiecesOfParameters => Blocks.Count;

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        Part(parameters, 0).Fill(1);
        Part(parameters, 1).Clear();
        Part(parameters, 2).Clear();
        Part(parameters, 3).Fill(1);
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new NormalizeColumns([x], graph.NewName(), Width, parameters, Epsilon));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        // The first row of y holds the factor of each unit. So this row is computed last.
        var factors = y.Row(0);
        Elementwise.Map(new InverseRoot((Real)Epsilon), Part(parameters, 3), factors);
        for (var row = x.Rows - 1; row >= 0; row--) Normalize(parameters, Part(parameters, 2), factors, x.Row(row), y.Row(row));
    }

    /// <summary>The gradients of <c>Forward</c>; the running mean and variance are constants.</summary>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        var factors = Scratch.OfAtLeast(Width).AsSpan(0, Width);
        Elementwise.Map(new InverseRoot((Real)Epsilon), Part(parameters, 3), factors);
        if (!dParameters.IsEmpty)
        {
            Span<Real> dScale = Part(dParameters, 0), dShift = Part(dParameters, 1);
            ColumnStatistics.SumGradients(x, dy, 0, Part(parameters, 2), dShift, dScale);
            for (var j = 0; j < Width; j++)
            {
                var derivative = Part(parameters, 0)[j] * factors[j];
                Part(dParameters, 2)[j] = -derivative * dShift[j];
                Part(dParameters, 3)[j] = -derivative * factors[j] * factors[j] * dScale[j] / 2;
                dScale[j] *= factors[j];
            }
        }
        for (var row = 0; row < dx.Rows; row++)
            Elementwise.Zip(new Arithmetic.Product(), dy.Row(row), factors, Part(parameters, 0), dx.Row(row));
    }

    /// <inheritdoc/>
    public void MeasureForward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, int first, int count, Span<Real> statistics)
    {
        if (x.Rows > 1)
            ColumnStatistics.Measure(x, first, Part(statistics, 0).Slice(first, count), Part(statistics, 1).Slice(first, count));
        else
        {
            Part(parameters, 2).Slice(first, count).CopyTo(Part(statistics, 0)[first..]);
            Part(parameters, 3).Slice(first, count).CopyTo(Part(statistics, 1)[first..]);
        }
        Elementwise.Map(new InverseRoot((Real)Epsilon), Part(statistics, 1).Slice(first, count), Part(statistics, 2).Slice(first, count));
    }

    /// <inheritdoc/>
    public void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
            Normalize(parameters, Part(pass.Statistics, 0), Part(pass.Statistics, 2), x.Row(row), y.Row(row));
    }

    /// <inheritdoc/>
    public void MeasureBackward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, int count, Span<Real> statistics)
    {
        Span<Real> sum = Part(statistics, 3).Slice(first, count), product = Part(statistics, 4).Slice(first, count);
        ColumnStatistics.SumGradients(x, dy, first, Part(statistics, 0).Slice(first, count), sum, product);

        // Every row moves the mean and the variance of its batch by 1/rows; the running mean and variance do not change for a single row.
        var share = x.Rows > 1 ? (Real)1 / x.Rows : 0;
        ReadOnlySpan<Real> factors = Part(statistics, 2).Slice(first, count);
        Elementwise.Map(new Arithmetic.Multiple(share), sum, Part(statistics, 5).Slice(first, count));
        Elementwise.Zip(new DerivativeOfVariance(share), product, factors, Part(statistics, 6).Slice(first, count));
    }

    /// <inheritdoc/>
    public void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx,
        Span<Real> dParameters)
    {
        if (!dParameters.IsEmpty) BackwardPartTraining(parameters, pass, x, y, dy, 0, dParameters);
        for (var row = 0; row < dx.Rows; row++)
        {
            var to = dx.Row(row);
            Elementwise.Zip(new Arithmetic.ScaledDeviation(), x.Row(row), Part(pass.Statistics, 0), Part(pass.Statistics, 6), to);
            Elementwise.Zip(new Arithmetic.Difference(), dy.Row(row), Part(pass.Statistics, 5), to, to);
            Elementwise.Zip(new Arithmetic.Product(), to, Part(parameters, 0), Part(pass.Statistics, 2), to);
        }
    }

    /// <inheritdoc/>
    public void BackwardPartTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first,
        Span<Real> dPart)
    {
        Elementwise.Zip(new Arithmetic.Product(), Part(pass.Statistics, 4), Part(pass.Statistics, 2), Part(dPart, 0));
        Part(pass.Statistics, 3).CopyTo(Part(dPart, 1));
        dPart[(2 * Width)..].Clear();
    }

    /// <inheritdoc/>
    public void Observe(Span<Real> parameters, ReadOnlySpan<Real> statistics, int rows)
    {
        if (rows == 1) return;
        Elementwise.Zip(new Average((Real)Momentum, 1), Part(parameters, 2), Part(statistics, 0), Part(parameters, 2));
        Elementwise.Zip(
            new Average((Real)Momentum, (Real)(rows / (rows - 1.0))), Part(parameters, 3), Part(statistics, 1), Part(parameters, 3));
    }

    // γ·(x·W + b − μ)/√(σ² + ε) + β = x·(W·s) + (b − μ)·s + β with s = γ/√(σ² + ε), unit by unit. In double, rounded once.
    (Layer Layer, Real[] Parameters)? IScoringRewrite.MergeInto(Layer before, Real[] parametersBefore, Real[] parameters)
    {
        if (before is not AffineLayer affine) return null;
        var outputs = affine.GroupOutputs;
        var merged = new Real[parametersBefore.Length];
        for (var unit = 0; unit < Width; unit++)
        {
            var (group, column) = Math.DivRem(unit, outputs);
            Range weights = affine.WeightsOf(group), biases = affine.BiasesOf(group);
            double scale = parameters[unit], shift = parameters[Width + unit];
            double mean = parameters[2 * Width + unit], variance = parameters[3 * Width + unit];
            var factor = scale / Math.Sqrt(variance + Epsilon);
            for (var i = weights.Start.Value + column; i < weights.End.Value; i += outputs)
                merged[i] = (Real)(parametersBefore[i] * affine.WeightFactor * factor);
            var bias = biases.Start.Value + column;
            merged[bias] = (Real)((parametersBefore[bias] - mean) * factor + shift);
        }
        return (affine.WithoutFactor(), merged);
    }

    private void Normalize(
        ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> means, ReadOnlySpan<Real> factors, ReadOnlySpan<Real> x, Span<Real> y)
    {
        Elementwise.Zip(new Arithmetic.ScaledDeviation(), x, means, factors, y);
        Elementwise.Zip(new Arithmetic.ProductAndSum(), y, Part(parameters, 0), Part(parameters, 1), y);
    }

    private Span<Real> Part(Span<Real> numbers, int part) => numbers.Slice(part * Width, Width);

    private ReadOnlySpan<Real> Part(ReadOnlySpan<Real> numbers, int part) => numbers.Slice(part * Width, Width);

    private readonly struct InverseRoot(Real epsilon) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes variance) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(1) / TLanes.Sqrt(variance + TLanes.Broadcast(epsilon));
    }

    private readonly struct DerivativeOfVariance(Real share) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes product, TLanes factor) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(share) * product * factor * factor;
    }

    private readonly struct Average(Real momentum, Real correction) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes running, TLanes batch) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(1 - momentum) * running + TLanes.Broadcast(momentum * correction) * batch;
    }
}
