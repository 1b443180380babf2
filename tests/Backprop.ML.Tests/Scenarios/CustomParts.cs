using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.ML.Tests.Scenarios;

// What users may write themselves: one of each contract, in another assembly than ours.

/// <summary>L = share·(y − z) where y &gt; z, otherwise (1 − share)·(z − y): its best constant is a quantile.</summary>
internal sealed record Lopsided(double Share) : RowLoss
{
    /// <summary>What all losses are multiplied by.</summary>
    public double Price { get; init; } = 1;

    public override TargetKind TargetKind => TargetKind.Real;

    public override bool AllowsTargetScaling => true;

    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var rest = targets.Row(row)[0] - scores.Row(row)[0];
            var slope = rest > 0 ? -Price * Share : Price * (1 - Share);
            losses[row] = (float)(-rest * slope);
            gradient.Row(row)[0] = (float)slope;
        }
    }

    public override void Predict(Matrix scores)
    {
    }
}

/// <summary>A loss whose type no file can name.</summary>
internal sealed record Wrapped<T> : RowLoss where T : Loss, new()
{
    private readonly T _inner = new();

    public override TargetKind TargetKind => _inner.TargetKind;

    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient) =>
        _inner.EvaluateRows(scores, targets, losses, gradient);

    public override void Predict(Matrix scores) => _inner.Predict(scores);
}

/// <summary>θ ← θ − α·sign(g): every parameter moves by the same amount.</summary>
internal sealed record SignDescent : StepwiseOptimizer
{
    public override double DefaultLearningRate => 0.01;

    public override OptimizerState Start(int parameterCount) => new State(parameterCount);

    private sealed class State(int parameterCount) : OptimizerState(parameterCount)
    {
        protected override void MoveSlice(int offset, Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
        {
            for (var i = 0; i < parameters.Length; i++) parameters[i] -= (float)learningRate * Math.Sign(gradient[i]);
        }
    }
}

/// <summary>x / (1 + |x|).</summary>
internal sealed record Softsign : Activation
{
    public override void Forward(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < y.Length; i++) y[i] = x[i] / (1 + Math.Abs(x[i]));
    }

    public override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        for (var i = 0; i < dx.Length; i++) dx[i] = dy[i] / ((1 + Math.Abs(x[i])) * (1 + Math.Abs(x[i])));
    }
}

/// <summary>All weights the same.</summary>
internal sealed record Constant(float Weight) : Initializer
{
    public override void Fill(Span<float> weights, int inputs, int outputs, RandomSequence random) => weights.Fill(Weight);
}

/// <summary>Small numbers that go up and down with the index.</summary>
internal sealed record SinCos : Initializer
{
    public override void Fill(Span<float> weights, int inputs, int outputs, RandomSequence random)
    {
        for (var i = 0; i < weights.Length; i++) weights[i] = 0.5f * MathF.Sin(7 * i + 1);
    }
}
