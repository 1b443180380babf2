using System.Numerics.Tensors;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;

namespace Backprop.Core.Tests.Docs;

// The code of docs/extend/adding-things.md, compiled. A block there and its region here must agree to the letter.

#region activation
/// <summary>½ + ½·x / (1 + |x|): squashes to (0, 1) like the logistic function, without an exponential.</summary>
/// <remarks>Elliott (1993), "A better activation function for artificial neural networks", University of Maryland, TR 93-8.</remarks>
public sealed record Elliott : Activation
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y)
    {
        for (var i = 0; i < y.Length; i++) y[i] = (1 + x[i] / (1 + Real.Abs(x[i]))) / 2;
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        for (var i = 0; i < dx.Length; i++) dx[i] = dy[i] / (2 * (1 + Real.Abs(x[i])) * (1 + Real.Abs(x[i])));
    }
}
#endregion

#region loss
/// <summary>L = w·(z − y)² with w = τ where y &gt; z, otherwise 1 − τ; ∂L/∂z = 2·w·(z − y). The prediction is the score, and tends to the
/// expectile τ: for ½, the mean.</summary>
/// <remarks>Newey and Powell (1987), "Asymmetric least squares estimation and testing". For one target column.</remarks>
public sealed record ExpectileLoss : RowLoss
{
    /// <summary>τ: how much more an error counts that falls short.</summary>
    /// <value>0.5; above 0 and below 1.</value>
    public double Level
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
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
/// <summary>m ← β·m + (1−β)·g; θ ← θ − α·sign m: every parameter takes steps of the same size.</summary>
/// <remarks>Bernstein, Wang, Azizzadenesheli and Anandkumar (2018), "signSGD", arXiv:1802.04434, with momentum (Signum). Default α =
/// 0.0001.</remarks>
public sealed record Signum : StepwiseOptimizer
{
    /// <summary>β: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.9;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 0.0001;

    /// <inheritdoc/>
    public override OptimizerState Start(int parameterCount) => new State(this, parameterCount);

    private sealed class State(Signum rule, int parameterCount) : OptimizerState(parameterCount, "mean")
    {
        protected override void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate)
        {
            var mean = Vector(0, offset, parameters.Length);
            for (var i = 0; i < parameters.Length; i++)
            {
                mean[i] = (Real)rule.Beta * mean[i] + (Real)(1 - rule.Beta) * gradient[i];
                parameters[i] -= (Real)learningRate * Real.Sign(mean[i]);
            }
        }
    }
}
#endregion

#region layer
/// <summary>y = x + s: one learned shift for every feature. Parameters: s [width].</summary>
public sealed record Shift : Layer
{
    /// <summary>Makes a layer of <paramref name="width"/> shifts.</summary>
    public Shift(int width) : base(width, width)
    {
    }

    /// <summary>Numbers per example, in and out.</summary>
    public int Width => Inputs;

    /// <inheritdoc/>
    public override int ParameterCount => Width;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new("shifts", Width, ParameterRole.Bias)];

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random) => parameters.Clear();

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++) TensorPrimitives.Add(x.Row(row), parameters, y.Row(row));
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        dParameters.Clear();
        for (var row = 0; row < x.Rows; row++)
        {
            if (!dParameters.IsEmpty) TensorPrimitives.Add(dParameters, dy.Row(row), dParameters);
            if (!dx.IsEmpty) dy.Row(row).CopyTo(dx.Row(row));
        }
    }
}
#endregion

#region initializer
/// <summary>Every unit listens to a few inputs only, at most fifteen, with normal weights; the others are 0: units start out different from
/// each other.</summary>
/// <remarks>Martens (2010), "Deep learning via Hessian-free optimization", ICML, §5: sparse initialization.</remarks>
public sealed record SparseNormal : Initializer
{
    private const int InputsOfUnit = 15;

    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random)
    {
        weights.Clear();
        for (var unit = 0; unit < outputs; unit++)
            for (var i = 0; i < InputsOfUnit; i++)
                weights[random.NextIndex(inputs) * outputs + unit] = (Real)random.NextNormal();
    }
}
#endregion

#region schedule
/// <summary>1 / √(1 + e) after e epochs.</summary>
/// <remarks>The rate for which online gradient descent has its bound: Zinkevich (2003), "Online convex programming", ICML.</remarks>
public sealed record SquareRootDecay : Schedule
{
    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => 1 / Math.Sqrt(1 + moment.ExactEpoch);
}
#endregion

#region metric
/// <summary>The median of |prediction − target|: half of the errors are smaller. Weights do not count.</summary>
/// <remarks>scikit-learn's <c>median_absolute_error</c>.</remarks>
public sealed record MedianAbsoluteError : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Real;

    /// <inheritdoc/>
    public override double Measure(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        var errors = new double[targets.Rows];
        for (var row = 0; row < errors.Length; row++) errors[row] = Math.Abs((double)predictions.Row(row)[0] - targets.Row(row)[0]);
        Array.Sort(errors);
        return (errors[errors.Length / 2] + errors[(errors.Length - 1) / 2]) / 2;
    }
}
#endregion
