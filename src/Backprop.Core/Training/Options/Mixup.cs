using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Trains on mixtures of two examples: x = λ·x₁ + (1 − λ)·x₂ and J = λ·L(z, y₁) + (1 − λ)·L(z, y₂), with a new λ ~ Beta(α, α) in
/// every step.</summary>
/// <remarks>
/// Zhang, Cisse, Dauphin and Lopez-Paz (2018), "mixup: beyond empirical risk minimization", arXiv:1710.09412. As in fastai, λ is the larger
/// of λ and 1 − λ. So an example is the larger part of its mixture, and its weight is used. Its partner is another training example, drawn
/// in every step. Training losses are those of mixtures.
/// </remarks>
public sealed record Mixup
{
    /// <summary>α: how evenly examples are mixed. With 1, every λ is equally likely; with a small α, most examples are hardly
    /// mixed.</summary>
    /// <value>0.4; in (0, 1].</value>
    public double Alpha
    {
        get;
        init => field = ValueRange.UpToOne.Checked(value);
    } = 0.4;

    /// <summary>The mixture of one step.</summary>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="step">Number of the step.</param>
    /// <param name="examples">Number of training examples.</param>
    /// <param name="shards">S, the number of shards of the batch.</param>
    internal Mixture At(int seed, int step, int examples, int shards = 1)
    {
        var random = new RandomField(seed, RandomPurpose.Mixup, 0, step);
        Span<Real> uniform = stackalloc Real[2];
        random.Fill(0, uniform);
        var distance = examples < 2 ? 0 : 1 + (int)(uniform[0] * (double)(examples - 1));

        // Jöhnk (1964), "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen". Fast only for α ≤ 1.
        for (uint offset = 2; ; offset += 2)
        {
            random.Fill(offset, uniform);
            double a = Math.Pow(uniform[0], 1 / Alpha), b = Math.Pow(uniform[1], 1 / Alpha);
            if (a + b <= 1 && a + b > 0) return new Mixture(Math.Min(a, b) / (a + b), distance, shards);
        }
    }
}

/// <summary>How the examples of one step are mixed.</summary>
/// <param name="PartnerShare">1 − λ, in [0, ½]; 0 mixes nothing.</param>
/// <param name="Distance">How many positions after an example its partner is in the order of the epoch; the first example follows the
/// last.</param>
/// <param name="Shards">S. If it is above 1, the partner is in the same shard of the batch, where the first row follows the last.</param>
internal readonly record struct Mixture(double PartnerShare, int Distance, int Shards)
{
    /// <summary>The position of a row's partner in its batch, if there are several shards.</summary>
    /// <param name="position">The position of the row.</param>
    /// <param name="rows">The rows of the batch.</param>
    public int PartnerOf(int position, int rows)
    {
        var shard = (int)((((long)position + 1) * Shards - 1) / rows);
        return PartnerOf(position, Network.Share(rows, shard, Shards));
    }

    /// <summary>The position of a row's partner among some rows.</summary>
    /// <param name="position">The position of the row, which is one of them.</param>
    /// <param name="shard">The rows: those of a shard, or all.</param>
    public int PartnerOf(int position, (int First, int Count) shard)
    {
        var (first, count) = shard;
        return count == 1 ? position : first + (position - first + 1 + (Distance - 1) % (count - 1)) % count;
    }
}
