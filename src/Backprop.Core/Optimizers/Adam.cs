using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Optimizers;

/// <summary>m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − α·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε): every parameter takes steps of its own size.</summary>
/// <remarks>Kingma and Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1; ε stands outside the square root. Customary α = 0.001.</remarks>
public sealed record Adam : Optimizer
{
    /// <summary>β₁: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta1), value, "must be in [0, 1)");
    } = 0.9;

    /// <summary>β₂: how slowly the mean of the squared gradient forgets.</summary>
    /// <value>0.999; in [0, 1).</value>
    public double Beta2
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Beta2), value, "must be in [0, 1)");
    } = 0.999;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-8; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "must be > 0 and finite");
    } = 1e-8;

    /// <inheritdoc/>
    public override double CustomaryLearningRate => 0.001;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private sealed class State(Adam rule, int parameterCount) : OptimizerState
    {
        private readonly Real[] _mean = new Real[parameterCount];
        private readonly Real[] _variance = new Real[parameterCount];
        private int _step;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate)
        {
            _step++;
            Real beta1 = (Real)rule.Beta1, beta2 = (Real)rule.Beta2, epsilon = (Real)rule.Epsilon;
            Real newMean = (Real)(1 - rule.Beta1), newVariance = (Real)(1 - rule.Beta2);
            var stepSize = (Real)(learningRate / (1 - Math.Pow(rule.Beta1, _step)));
            var varianceCorrection = (Real)(1 / (1 - Math.Pow(rule.Beta2, _step)));
            Span<Real> m = _mean, v = _variance;

            // One pass over all four arrays: as separate vector operations the update takes several times as long.
            var vectors = MemoryMarshal.Cast<Real, Vector<Real>>(parameters);
            var gradients = MemoryMarshal.Cast<Real, Vector<Real>>(gradient);
            var means = MemoryMarshal.Cast<Real, Vector<Real>>(m);
            var variances = MemoryMarshal.Cast<Real, Vector<Real>>(v);
            for (var i = 0; i < vectors.Length; i++)
            {
                means[i] = beta1 * means[i] + newMean * gradients[i];
                variances[i] = beta2 * variances[i] + newVariance * gradients[i] * gradients[i];
                vectors[i] -= stepSize * means[i] / (Vector.SquareRoot(variances[i] * varianceCorrection) + new Vector<Real>(epsilon));
            }

            // The same for the last few, which fill no vector.
            for (var i = vectors.Length * Vector<Real>.Count; i < parameters.Length; i++)
            {
                m[i] = beta1 * m[i] + newMean * gradient[i];
                v[i] = beta2 * v[i] + newVariance * gradient[i] * gradient[i];
                parameters[i] -= stepSize * m[i] / (Real.Sqrt(v[i] * varianceCorrection) + epsilon);
            }
        }
    }
}
