using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>A random rotation times a gain: WᵀW = g²·I, or W·Wᵀ = g²·I where there are more outputs than inputs. Signals keep their length
/// through any number of layers.</summary>
/// <remarks>
/// Saxe, McClelland and Ganguli (2014), "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
/// arXiv:1312.6120. Q of the QR decomposition of a normal matrix, with a positive diagonal of R, so that every rotation is equally likely;
/// as PyTorch's orthogonal_. Computed by two rounds of Gram–Schmidt in double precision; a third would change nothing.
/// </remarks>
public sealed record Orthogonal : Initializer
{
    /// <summary>g: the length of every row or column.</summary>
    /// <value>1; &gt; 0 and finite. √2 is usual for ReLU.</value>
    public double Gain
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1;

    /// <inheritdoc/>
    public override void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random)
    {
        int count = Math.Min(inputs, outputs), length = Math.Max(inputs, outputs);
        var vectors = new double[count][];
        for (var j = 0; j < count; j++)
        {
            var vector = vectors[j] = new double[length];
            for (var i = 0; i < length; i++) vector[i] = random.NextNormal();
            for (var pass = 0; pass < 2; pass++)
                for (var k = 0; k < j; k++) Subtract(vector, vectors[k]);
            var norm = Math.Sqrt(Dot(vector, vector));
            for (var i = 0; i < length; i++) vector[i] /= norm;
        }

        for (var input = 0; input < inputs; input++)
            for (var output = 0; output < outputs; output++)
                weights[input * outputs + output] = (Real)(Gain * (inputs >= outputs ? vectors[output][input] : vectors[input][output]));
    }

    // Subtracts the component along a unit vector.
    private static void Subtract(double[] vector, double[] unit)
    {
        var part = Dot(vector, unit);
        for (var i = 0; i < vector.Length; i++) vector[i] -= part * unit[i];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
