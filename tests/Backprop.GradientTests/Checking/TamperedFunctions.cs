using Backprop.Activations;
using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>tanh with a slope 1 % too steep.</summary>
internal sealed record SteepTanh : Activation
{
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => new Tanh().Forward(x, y);

    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx)
    {
        new Tanh().Backward(x, y, dy, dx);
        for (var i = 0; i < dx.Length; i++) dx[i] *= 1.01;
    }
}

/// <summary>A listed loss whose gradient is 1 % too large.</summary>
internal sealed record SteepLoss(Loss Inner) : RowLoss
{
    public override TargetKind TargetKind => Inner.TargetKind;

    public override int OutputsFor(int targetColumns) => Inner.OutputsFor(targetColumns);

    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        Inner.EvaluateRows(scores, targets, losses, gradient);
        for (var i = 0; i < gradient.Values.Length; i++) gradient.Values[i] *= 1.01;
    }

    public override void Predict(Matrix scores) => Inner.Predict(scores);
}
