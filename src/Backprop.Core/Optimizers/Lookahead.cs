using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Another optimizer makes k steps. Then the parameters move part of the way from their values before to those after: φ ← φ + r·(θ
/// − φ), θ ← φ.</summary>
/// <remarks>Zhang, Lucas, Hinton and Ba (2019), "Lookahead optimizer: k steps forward, 1 step back", arXiv:1907.08610. The inner optimizer
/// keeps its memory. Default α is the inner one's.</remarks>
public sealed record Lookahead : StepwiseOptimizer
{
    /// <summary>The inner optimizer.</summary>
    /// <value><see cref="Adam"/>. It must not be one that predicts with other parameters than it updates, such as
    /// <see cref="ScheduleFreeAdamW"/>.</value>
    public StepwiseOptimizer Inner
    {
        get;
        init => field = Checked(value);
    } = new Adam();

    /// <summary>k: how many steps the inner optimizer makes before each update of φ.</summary>
    /// <value>5; at least 1.</value>
    public int Steps
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 5;

    /// <summary>r: the share of the way from φ to θ.</summary>
    /// <value>0.5; in (0, 1].</value>
    public double Share
    {
        get;
        init => field = ValueRange.UpToOne.Checked(value);
    } = 0.5;

    /// <inheritdoc/>
    public override double DefaultLearningRate => Inner.DefaultLearningRate;

    internal override bool UpdatesMatrices => Inner.UpdatesMatrices;

    /// <inheritdoc/>
    public override double DefaultWeightDecay => Inner.DefaultWeightDecay;

    /// <inheritdoc/>
    public override bool HasMomentum => Inner.HasMomentum;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => Start(parameterCount, []);

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount, IReadOnlyList<WeightMatrix> hiddenWeights) =>
        new State(this, parameterCount, hiddenWeights);

    private static StepwiseOptimizer Checked(StepwiseOptimizer inner)
    {
        ArgumentNullException.ThrowIfNull(inner, nameof(Inner));
        if (!inner.PredictsWithOthers) return inner;
        var name = inner.GetType().Name;
        throw ValueRange.Refusal(
            nameof(Inner), name,
            $"must move the parameters themselves, but {name} computes them from its own averages: use it alone, or another optimizer "
            + "here");
    }

    private sealed class State(Lookahead rule, int parameterCount, IReadOnlyList<WeightMatrix> hiddenWeights)
        : OptimizerState(parameterCount, "slow parameters")
    {
        private readonly OptimizerState _inner = rule.Inner.Start(parameterCount, hiddenWeights);

        public override int MatrixCount => _inner.MatrixCount;

        public override double MomentumFactor
        {
            get => _inner.MomentumFactor;
            set => _inner.MomentumFactor = value;
        }

        public override void PrepareMatrix(int index, ReadOnlySpan<Real> gradient) => _inner.PrepareMatrix(index, gradient);

        public override void UpdateSlice(
            int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
        {
            var slow = Vector(0, offset, parameters.Length);
            if (Step == 1) parameters.CopyTo(slow);
            _inner.UpdateSlice(offset, parameters, gradient, learningRate, weightDecay);
            if (Step % rule.Steps != 0) return;
            Elementwise.Zip(new Arithmetic.PartOfTheWay((Real)rule.Share), slow, parameters, slow);
            slow.CopyTo(parameters);
        }

        public override void Visit(StateVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Part("inner", _inner.Visit);
        }

        protected override void PrepareStep(double learningRate) => _inner.BeginStep(learningRate);

        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
            UpdateSlice(offset, parameters, gradient, learningRate, weightDecay: 0);
    }
}
