namespace Backprop.Figures;

/// <summary>
/// The worked example of docs/learn/backpropagation.md: one step on one row, for a network of two features, two tanh units and one score.
/// Written with the formulas of a textbook, in double. A test compares it with <c>Network.Forward</c> and <c>Network.Backward</c>.
/// </summary>
/// <param name="W">[input, unit]: the weights of the hidden layer.</param>
/// <param name="B">The biases of the hidden layer.</param>
/// <param name="V">The weights of the output.</param>
/// <param name="C">The bias of the output.</param>
public sealed record WorkedExample(double[,] W, double[] B, double[] V, double C)
{
    /// <summary>α, x and y of the page.</summary>
    public const double LearningRate = 0.5, Target = 0;

    public static IReadOnlyList<double> Input { get; } = [1, 2];

    /// <summary>The parameters of the page.</summary>
    public static WorkedExample Start { get; } = new(new[,] { { 0.2, 0.4 }, { 0.1, -0.5 } }, [0.1, 0.2], [0.6, -0.5], 0.1);

    // Forward.
    public double[] A => [.. Units.Select(j => B[j] + W[0, j] * Input[0] + W[1, j] * Input[1])];

    public double[] H => [.. A.Select(Math.Tanh)];

    public double Z => C + V[0] * H[0] + V[1] * H[1];

    public double P => 1 / (1 + Math.Exp(-Z));

    public double Loss => -Target * Math.Log(P) - (1 - Target) * Math.Log(1 - P);

    // Backward: each is the derivative of the loss by the value of that name.
    public double DZ => P - Target;

    public double DC => DZ;

    public double[] DV => [.. H.Select(h => DZ * h)];

    public double[] DH => [.. V.Select(v => DZ * v)];

    public double[] DA => [.. Units.Select(j => DH[j] * (1 - H[j] * H[j]))];

    public double[] DB => DA;

    public double[,] DW => new[,] { { DA[0] * Input[0], DA[1] * Input[0] }, { DA[0] * Input[1], DA[1] * Input[1] } };

    /// <summary>Parameters in the order of a <c>Network</c>: W row by row, b, v, c.</summary>
    public double[] Parameters => [W[0, 0], W[0, 1], W[1, 0], W[1, 1], .. B, .. V, C];

    /// <summary>The gradient in the same order.</summary>
    public double[] Gradient => [DW[0, 0], DW[0, 1], DW[1, 0], DW[1, 1], .. DB, .. DV, DC];

    /// <summary>The network after the step: every parameter minus α times its derivative.</summary>
    public WorkedExample Next
    {
        get
        {
            var next = Parameters.Zip(Gradient, (value, derivative) => value - LearningRate * derivative).ToArray();
            return new(new[,] { { next[0], next[1] }, { next[2], next[3] } }, next[4..6], next[6..8], next[8]);
        }
    }

    private static int[] Units => [0, 1];
}
