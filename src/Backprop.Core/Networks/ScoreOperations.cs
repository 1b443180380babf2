using System.Numerics.Tensors;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Networks;

/// <summary>An operation on scores, after the layers of a network. It runs as it is described.</summary>
internal abstract record ScoreOperation(IReadOnlyList<string> Inputs, string Output, int Width) : InferenceOperation(Inputs, Output, Width)
{
    /// <summary>Computes y in the memory of x.</summary>
    /// <param name="scores">[rows × Width], changed in place.</param>
    public abstract void Apply(Matrix scores);

    /// <summary>Converts ∂J/∂y into ∂J/∂x, in place.</summary>
    /// <param name="scores">[rows × Width]: x, before <see cref="Apply"/>.</param>
    /// <param name="gradient">[rows × Width], changed in place.</param>
    public abstract void Backward(ReadOnlyMatrix scores, Matrix gradient);
}

/// <summary>y = the scores whose prediction is the average of the members' predictions.</summary>
/// <param name="Inputs">The scores of all members, member after member.</param>
/// <param name="Output">y</param>
/// <param name="Width">Scores of one member.</param>
/// <param name="Members">How many members.</param>
/// <param name="Loss">How they are averaged: see <see cref="Losses.Loss.Averaging"/>.</param>
internal sealed record AverageMembers(IReadOnlyList<string> Inputs, string Output, int Width, int Members, Loss Loss)
    : InferenceOperation(Inputs, Output, Width)
{
    /// <summary>Computes y.</summary>
    /// <param name="scores">[rows × Members · Width]; may be overwritten.</param>
    /// <param name="averages">[rows × Width], overwritten.</param>
    public void Apply(Matrix scores, Matrix averages) =>
        Loss.AverageMembers(new Matrix(scores.Values, scores.Rows * Members, Width), averages);

    /// <summary>Writes ∂J/∂x from ∂J/∂y.</summary>
    /// <param name="scores">[rows × Members · Width]: x, before <see cref="Apply"/>.</param>
    /// <param name="dAverages">[rows × Width]</param>
    /// <param name="dScores">[rows × Members · Width], overwritten.</param>
    public void Backward(ReadOnlyMatrix scores, ReadOnlyMatrix dAverages, Matrix dScores)
    {
        var rows = scores.Rows * Members;
        MemberAverageGradients.Apply(
            Loss, new ReadOnlyMatrix(scores.Values, rows, Width), dAverages, new Matrix(dScores.Values, rows, Width));
    }
}

/// <summary>y = x / temperature.</summary>
internal sealed record DivideByTemperature(IReadOnlyList<string> Inputs, string Output, int Width, double Temperature)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => TensorPrimitives.Multiply(scores.Values, (Real)(1 / Temperature), scores.Values);

    public override void Backward(ReadOnlyMatrix scores, Matrix gradient) => Apply(gradient);
}

/// <summary>yⱼ = xⱼ / factorⱼ + meanⱼ: the inverse of <see cref="StandardizeColumns"/>. Where the factor is 0, y is the mean.</summary>
internal sealed record UnscaleColumns(IReadOnlyList<string> Inputs, string Output, int Width, Standardization Scale)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores)
    {
        for (var row = 0; row < scores.Rows; row++) Scale.Invert(scores.Row(row));
    }

    public override void Backward(ReadOnlyMatrix scores, Matrix gradient)
    {
        for (var row = 0; row < gradient.Rows; row++)
            for (var j = 0; j < Width; j++)
                gradient.Row(row)[j] = Scale.Factors[j] == 0 ? 0 : gradient.Row(row)[j] / Scale.Factors[j];
    }
}

/// <summary>yⱼ = xⱼ, clipped to [minimumⱼ, maximumⱼ].</summary>
internal sealed record ClipColumns(IReadOnlyList<string> Inputs, string Output, int Width, ScoreLimits Limits)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => Limits.Apply(scores);

    public override void Backward(ReadOnlyMatrix scores, Matrix gradient)
    {
        for (var row = 0; row < scores.Rows; row++)
            for (var j = 0; j < Width; j++)
                if (scores.Row(row)[j] < Limits.Least[j] || scores.Row(row)[j] > Limits.Most[j]) gradient.Row(row)[j] = 0;
    }
}

/// <summary>y = the predictions for scores x.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of both.</param>
/// <param name="Loss">The loss that has this function: see <see cref="Losses.Loss.Link"/>.</param>
internal sealed record ApplyLink(IReadOnlyList<string> Inputs, string Output, int Width, Loss Loss) : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => Loss.Predict(scores);

    public override void Backward(ReadOnlyMatrix scores, Matrix gradient) => LinkGradients.Apply(Loss, scores, gradient);
}

/// <summary>y = the share of held-out reconstruction errors below x: <see cref="ErrorDistribution.ProbabilityOf"/>. It is a step function,
/// so its derivative is 0.</summary>
internal sealed record RankAmongErrors(IReadOnlyList<string> Inputs, string Output, int Width, ErrorDistribution Errors)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores)
    {
        foreach (ref var value in scores.Values) value = Errors.ProbabilityOf(value);
    }

    public override void Backward(ReadOnlyMatrix scores, Matrix gradient) => gradient.Values.Clear();
}
