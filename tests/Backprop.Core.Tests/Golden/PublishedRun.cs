namespace Backprop.Core.Tests.Golden;

/// <summary>What tests/golden/realmlp.py wrote of one run of the published code: 53 rows to train on come first, then those to validate
/// with.</summary>
/// <param name="Recipe">TD-S or TD.</param>
/// <param name="IsClass">Whether targets are classes.</param>
/// <param name="Numbers">How many of the first columns become several numbers each.</param>
/// <param name="Columns">Of a row: numbers, one-hot encoded categories, and the codes of those categories that are embedded.</param>
/// <param name="Targets">[rows]</param>
/// <param name="Features">[rows × columns], as they came.</param>
/// <param name="Prepared">[rows × columns without the codes], scaled and clipped.</param>
/// <param name="Tables">Of every embedded category, how many there are.</param>
/// <param name="Order">The rows of all batches, one after the other.</param>
/// <param name="Initial">The parameters before the first step.</param>
/// <param name="Draws">What the start of every dense layer was made of; none of TD-S, whose start is nothing but draws.</param>
/// <param name="Losses">Of every step.</param>
/// <param name="States">After some steps.</param>
/// <param name="Selected">The parameters that validation chose.</param>
/// <param name="Predictions">Of all rows by them: probabilities, or targets, which TD keeps within those of the training rows.</param>
internal sealed record PublishedRun(
    string Recipe, bool IsClass, int Numbers, int Columns, float[] Targets, float[] Features, double[] Prepared, int[] Tables, int[] Order,
    float[] Initial,
    PublishedRun.Draw[] Draws, double[] Losses, PublishedRun.State[] States, double[] Selected, double[] Predictions)
{
    public override string ToString() => $"{Recipe}, {(IsClass ? "three classes" : "regression")}";

    /// <summary>After some steps: the parameters, and the scores of all rows before anything is undone that was done to targets.</summary>
    internal sealed record State(int Step, double[] Parameters, double[] Scores);

    /// <summary>Normal numbers [inputs × units], and of every unit five rows and their shares in its bias.</summary>
    internal sealed record Draw(double[] Weights, int[] Rows, double[] Shares);
}
