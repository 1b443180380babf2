using System.Numerics.Tensors;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Core.Tests.Docs;

// The code of docs/adding-things.md, compiled. A block there and its region here must agree to the letter.

#region activation
/// <summary>x / (1 + |x|): like tanh, but it approaches ±1 slowly.</summary>
/// <remarks>Turian, Bergstra and Bengio (2009), "Quadratic features and deep architectures for chunking".</remarks>
public sealed record Softsign : Activation
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y)
    {
        for (var i = 0; i < y.Length; i++) y[i] = x[i] / (1 + Real.Abs(x[i]));
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        for (var i = 0; i < dx.Length; i++) dx[i] = dy[i] / ((1 + Real.Abs(x[i])) * (1 + Real.Abs(x[i])));
    }
}
#endregion

#region loss
/// <summary>L = w·(z − y)² with w = τ where y &gt; z, otherwise 1 − τ; ∂L/∂z = 2·w·(z − y). The prediction is the score, and tends to the expectile τ: for ½, the mean.</summary>
/// <remarks>Newey and Powell (1987), "Asymmetric least squares estimation and testing". For one target column.</remarks>
public sealed record ExpectileLoss : Loss
{
    /// <summary>τ: how much more an error counts that falls short.</summary>
    /// <value>0.5; above 0 and below 1.</value>
    public double Level
    {
        get;
        init => field = value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(Level), value, "must be above 0 and below 1");
    } = 0.5;

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Real;

    /// <inheritdoc/>
    public override bool AllowsTargetScaling => true;

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var error = scores.Row(row)[0] - targets.Row(row)[0];
            var weight = (Real)(error < 0 ? Level : 1 - Level);
            losses[row] = weight * error * error;
            gradient.Row(row)[0] = 2 * weight * error;
        }
    }

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
    }
}
#endregion

#region optimizer
/// <summary>G ← G + g²; θ ← θ − α·g / (√G + ε): parameters that moved much move less.</summary>
/// <remarks>Duchi, Hazan and Singer (2011), "Adaptive subgradient methods", JMLR 12; ε stands outside the root, as in PyTorch. Customary α = 0.01.</remarks>
public sealed record AdaGrad : Optimizer
{
    /// <summary>ε: keeps the step finite where no gradient was seen.</summary>
    /// <value>1e-10; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "must be > 0 and finite");
    } = 1e-10;

    /// <inheritdoc/>
    public override double CustomaryLearningRate => 0.01;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private sealed class State(AdaGrad rule, int parameterCount) : OptimizerState
    {
        private readonly Real[] _squares = new Real[parameterCount];

        public override void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                _squares[i] += gradient[i] * gradient[i];
                parameters[i] -= (Real)learningRate * gradient[i] / (Real.Sqrt(_squares[i]) + (Real)rule.Epsilon);
            }
        }
    }
}
#endregion

#region layer
/// <summary>y = x ⊙ s: one learned factor for every feature. Parameters: s [width].</summary>
public sealed record Scale : Layer
{
    /// <summary>Makes a layer of <paramref name="width"/> factors.</summary>
    public Scale(int width) : base(width, width)
    {
    }

    /// <summary>Numbers per example, in and out.</summary>
    public int Width => Inputs;

    /// <inheritdoc/>
    public override int ParameterCount => Width;

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => parameters.Fill(1);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++) TensorPrimitives.Multiply(x.Row(row), parameters, y.Row(row));
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        for (var row = 0; row < x.Rows; row++)
        {
            if (!dParameters.IsEmpty) TensorPrimitives.MultiplyAdd(x.Row(row), dy.Row(row), dParameters, dParameters);
            if (!dx.IsEmpty) TensorPrimitives.Multiply(dy.Row(row), parameters, dx.Row(row));
        }
    }
}
#endregion
