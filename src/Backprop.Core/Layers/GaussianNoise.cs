using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>In training, y = x + σ·n with n normal of mean 0 and variance 1, drawn again in every step; in scoring, y = x. So the network
/// learns to predict similar values for nearby inputs.</summary>
/// <remarks>Bishop (1995), "Training with noise is equivalent to Tikhonov regularization"; as Keras's GaussianNoise. The noise depends on
/// the seed, the layer, the step and the position in the batch.</remarks>
public sealed record GaussianNoise : TrainingOnlyLayer, IReplicable, IDividesMembers
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="standardDeviation">σ; ≥ 0 and finite. Of standardized inputs, 0.01 to 0.3 are usual.</param>
    public GaussianNoise(int width, double standardDeviation) : base(width)
    {
        if (!(standardDeviation >= 0 && double.IsFinite(standardDeviation)))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "must be ≥ 0 and finite");
        StandardDeviation = standardDeviation;
    }

    /// <summary>σ</summary>
    public double StandardDeviation { get; }

    // Neighbouring rows of an odd width share no pair, so that a thread may begin with any row.
    Layer IReplicable.Replicated(int members) => new GaussianNoise(Replicate.Times(Width, members), StandardDeviation);

    Layer IDividesMembers.ForMembers(int members, int count) => new GaussianNoise(Width / members * count, StandardDeviation);

    /// <inheritdoc/>
    public override void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y)
    {
        var random = pass.Random(RandomPurpose.Noise);
        int ofAll = pass.Members?.WidthOfAll(Width) ?? Width, column = pass.Members?.FirstColumn(Width) ?? 0;
        Span<Real> pair = stackalloc Real[2];
        for (var row = 0; row < x.Rows; row++)
        {
            ReadOnlySpan<Real> from = x.Row(row);
            var to = y.Row(row);
            var place = (uint)(pass.FirstRow + row) * (uint)(ofAll + ofAll % 2) + (uint)column;
            for (var j = -(column % 2); j < Width; j += 2)
            {
                // Box and Muller (1958): two uniform values yield two normal ones. The first may be that of the member before.
                random.Fill(place + (uint)j, pair);
                double radius = StandardDeviation * Math.Sqrt(-2 * Math.Log(1 - pair[0]));
                var (sine, cosine) = Math.SinCos(2 * Math.PI * pair[1]);
                if (j >= 0) to[j] = (Real)(from[j] + radius * cosine);
                if (j + 1 < Width) to[j + 1] = (Real)(from[j + 1] + radius * sine);
            }
        }
    }
}
