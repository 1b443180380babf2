using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Momentum whose step of every hidden weight matrix has all singular values close to 1: every direction of a layer is learned at
/// the same speed. AdamW updates all other parameters.</summary>
/// <remarks>
/// <para>For a weight matrix with n inputs and m outputs: M ← β·M + (1−β)·G; U = β·M + (1−β)·G; O = U with singular values close to 1;
/// θ ← θ − α·λ·θ − α·s·O. The factor s is √max(1, m/n) or 0.2·√max(n, m) (<see cref="Scale"/>). Each member of an ensemble has matrices of
/// its own.</para>
/// <para>Hidden weight matrices are those of all dense layers but the last, if both sides are longer than 1. Biases, scales, embeddings and
/// the output layer have the formula of <see cref="AdamW"/>, with α·<see cref="OtherRate"/>.</para>
/// <para>Jordan et al. (2024), "Muon: an optimizer for hidden layers in neural networks". For tables: Gorishniy, Rubachev, Feoktistov and
/// Babenko (2026), "Benchmarking optimizers for MLPs in tabular deep learning", arXiv:2604.15297. A step costs three products per iteration
/// of matrices as large as the weights, whatever the batch size. So Muon suits large batches. Default α = 0.01.</para>
/// </remarks>
public sealed record Muon : MomentOptimizer
{
    /// <summary>Creates the optimizer. <see cref="MomentOptimizer.Beta2"/> is 0.95, and it, <see cref="MomentOptimizer.Beta1"/> and
    /// <see cref="MomentOptimizer.Epsilon"/> belong to the parameters that AdamW updates.</summary>
    public Muon() => Beta2 = 0.95;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.01;

    internal override bool UpdatesMatrices => true;

    /// <inheritdoc/>
    public override double DefaultWeightDecay => 0.01;

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    /// <summary>β: how slowly the mean of a matrix's gradient forgets.</summary>
    /// <value>0.95; in [0, 1).</value>
    public double Coefficient
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.95;

    /// <summary>Iterations of the orthogonalization. Fewer cost less, and leave small singular values smaller.</summary>
    /// <value>5; at least 1.</value>
    public int Iterations
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 5;

    /// <summary>Every how many steps a matrix is orthogonalized. In between, its last direction is used again.</summary>
    /// <value>1; at least 1.</value>
    public int Interval
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 1;

    /// <summary>s: what the size of a matrix's step depends on.</summary>
    /// <value><see cref="MuonScale.RootMeanSquare"/>.</value>
    public MuonScale Scale
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw ValueRange.Refusal(nameof(Scale), value, $"must be one of {string.Join(", ", Enum.GetNames<MuonScale>())}");
    }

    /// <summary>The factor of α for parameters that AdamW updates.</summary>
    /// <value>1; &gt; 0 and finite.</value>
    public double OtherRate
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <summary>Begins a training run without hidden weights: every parameter has the formula of AdamW.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    public override OptimizerState Start(int parameterCount) => Start(parameterCount, []);

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount, IReadOnlyList<WeightMatrix> hiddenWeights) =>
        new State(this, parameterCount, [.. hiddenWeights]);

    // For a matrix, the second vector holds s·O instead of a variance.
    private sealed class State(Muon rule, int parameterCount, WeightMatrix[] matrices)
        : OptimizerState(parameterCount, "mean", "variance or direction")
    {
        private readonly Adam _adam = new() { Beta1 = rule.Beta1, Beta2 = rule.Beta2, Epsilon = rule.Epsilon };

        public override int MatrixCount => matrices.Length;

        public override void PrepareMatrix(int index, ReadOnlySpan<Real> gradient)
        {
            var matrix = matrices[index];
            var own = gradient.Slice(matrix.Offset, matrix.Length);
            Span<Real> mean = Vector(0, matrix.Offset, matrix.Length), direction = Vector(1, matrix.Offset, matrix.Length);
            var momentum = rule.Coefficient * MomentumFactor;
            Elementwise.Zip(new RunningMean(momentum), mean, own, mean);
            // Different matrices in different steps, so that all steps cost the same.
            if (Step > 1 && (Step - 1 + index) % rule.Interval != 0) return;
            Elementwise.Zip(new RunningMean(momentum), mean, own, direction);
            Orthogonalization.Compute(new Matrix(direction, matrix.Rows, matrix.Columns), rule.Iterations, ScaleOf(matrix));
        }

        public override void UpdateSlice(
            int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
        {
            int end = offset + parameters.Length, position = offset;
            for (var i = FirstMatrixThatEndsAfter(offset); position < end; i++)
            {
                var start = i < matrices.Length ? Math.Clamp(matrices[i].Offset, position, end) : end;
                var others = (position - offset)..(start - offset);
                base.UpdateSlice(position, parameters[others], gradient[others], learningRate * rule.OtherRate, weightDecay);
                if (start == end) return;
                position = Math.Min(matrices[i].End, end);
                var own = parameters[(start - offset)..(position - offset)];
                var kept = 1 - learningRate * weightDecay;
                Elementwise.Zip(new Move((Real)kept, (Real)learningRate), own, Vector(1, start, own.Length), own);
            }
        }

        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate) =>
            Apply(_adam.RuleOf(learningRate, _adam.Beta1 * MomentumFactor, Step), offset, parameters, gradient);

        private double ScaleOf(WeightMatrix matrix) => rule.Scale == MuonScale.Spectral
            ? Math.Sqrt(Math.Max(1, (double)matrix.Columns / matrix.Rows))
            : 0.2 * Math.Sqrt(Math.Max(matrix.Rows, matrix.Columns));

        private int FirstMatrixThatEndsAfter(int offset)
        {
            int low = 0, high = matrices.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (matrices[middle].End > offset) high = middle;
                else low = middle + 1;
            }
            return low;
        }
    }

    private readonly struct RunningMean(double kept) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes mean, TLanes gradient) where TLanes : struct, ILanes<TLanes> =>
            UpdateFormulas.RunningMean(mean, gradient, kept);
    }

    private readonly struct Move(Real kept, Real learningRate) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes parameter, TLanes direction) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(kept) * parameter - TLanes.Broadcast(learningRate) * direction;
    }
}
