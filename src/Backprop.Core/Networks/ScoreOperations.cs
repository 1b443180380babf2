using System.Numerics.Tensors;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>An operation on scores, after the layers of a network. It runs as it is described.</summary>
internal abstract record ScoreOperation(IReadOnlyList<string> Inputs, string Output, int Width) : InferenceOperation(Inputs, Output, Width)
{
    /// <summary>Computes y in the memory of x.</summary>
    /// <param name="scores">[rows × Width], changed in place.</param>
    public abstract void Apply(Matrix scores);
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
}

/// <summary>y = x / temperature.</summary>
internal sealed record DivideByTemperature(IReadOnlyList<string> Inputs, string Output, int Width, double Temperature)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => TensorPrimitives.Multiply(scores.Values, (Real)(1 / Temperature), scores.Values);
}

/// <summary>yⱼ = xⱼ / factorⱼ + meanⱼ: the inverse of <see cref="StandardizeColumns"/>. Where the factor is 0, y is the mean.</summary>
internal sealed record UnscaleColumns(IReadOnlyList<string> Inputs, string Output, int Width, Standardization Scale)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores)
    {
        for (var row = 0; row < scores.Rows; row++) Scale.Invert(scores.Row(row));
    }
}

/// <summary>yⱼ = xⱼ, clipped to [minimumⱼ, maximumⱼ].</summary>
internal sealed record ClipColumns(IReadOnlyList<string> Inputs, string Output, int Width, ScoreLimits Limits)
    : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => Limits.Apply(scores);
}

/// <summary>y = the predictions for scores x.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of both.</param>
/// <param name="Loss">The loss that has this function: see <see cref="Losses.Loss.Link"/>.</param>
internal sealed record ApplyLink(IReadOnlyList<string> Inputs, string Output, int Width, Loss Loss) : ScoreOperation(Inputs, Output, Width)
{
    public override void Apply(Matrix scores) => Loss.Predict(scores);
}
