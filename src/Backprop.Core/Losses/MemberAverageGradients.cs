using System.Buffers;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The derivatives of the averages over the members of an ensemble (<see cref="MemberAverage"/>), in double.</summary>
internal static class MemberAverageGradients
{
    // The bounds of MemberAverages and of GaussianNegativeLogLikelihood.
    private const double MaxExponent = 600;

    /// <summary>Writes ∂J/∂scores of every member from ∂J/∂averages.</summary>
    /// <param name="loss">The loss with the average.</param>
    /// <param name="scores">[(rows · members) × outputs]: the members of a row below one another.</param>
    /// <param name="dAverages">[rows × outputs]</param>
    /// <param name="dScores">[(rows · members) × outputs], overwritten.</param>
    /// <exception cref="NotSupportedException">The average of a custom loss is not known.</exception>
    public static void Apply(Loss loss, ReadOnlyMatrix scores, ReadOnlyMatrix dAverages, Matrix dScores)
    {
        var members = scores.Rows / dAverages.Rows;
        for (var row = 0; row < dAverages.Rows; row++)
        {
            var ofRow = scores.RowRange(row * members, members);
            Apply(loss, ofRow, dAverages.Row(row), dScores.RowRange(row * members, members));
        }
    }

    private static void Apply(Loss loss, ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        switch (loss.Averaging)
        {
            case MemberAverage.Mean:
                OfMean(d, dz);
                break;
            case MemberAverage.Logit:
                OfLogit(z, d, dz);
                break;
            case MemberAverage.Margin:
                OfMean(d, dz);
                for (var i = 0; i < dz.Values.Length; i++) if (z.Values[i] is not (> -1 and < 1)) dz.Values[i] = 0;
                break;
            case MemberAverage.Softmax:
                OfSoftmax(z, d, dz);
                break;
            case MemberAverage.Logarithm:
                OfLogarithm(z, d, dz);
                break;
            case MemberAverage.PerTarget:
                OfEachTarget(loss, z, d, dz);
                break;
            case MemberAverage.Mixture:
                OfMixture(z, d, dz);
                break;
            case MemberAverage.Sorted:
                OfMean(d, dz);
                var group = loss.OutputsFor(targetColumns: 1);
                for (var first = 0; first < z.Values.Length; first += group)
                    LinkGradients.Unsort(z.Values.Slice(first, group), dz.Values.Slice(first, group));
                break;
            default:
                throw LinkGradients.Unknown(loss);
        }
    }

    private static void OfMean(ReadOnlySpan<Real> d, Matrix dz)
    {
        for (var i = 0; i < dz.Rows; i++)
            for (var j = 0; j < d.Length; j++) dz.Row(i)[j] = (Real)((double)d[j] / dz.Rows);
    }

    // y = log Σp − log Σq with p = σ(z) and q = 1 − p, so ∂y/∂zᵢ = pᵢ·qᵢ·(1/Σp + 1/Σq).
    private static void OfLogit(ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        for (var j = 0; j < d.Length; j++)
        {
            double yes = 0, no = 0;
            for (var i = 0; i < z.Rows; i++)
            {
                yes += Sigmoid(z.Row(i)[j]);
                no += Sigmoid(-z.Row(i)[j]);
            }
            for (var i = 0; i < z.Rows; i++)
            {
                double p = Sigmoid(z.Row(i)[j]), q = Sigmoid(-z.Row(i)[j]);
                dz.Row(i)[j] = (Real)(d[j] * (q * (p / yes) + p * (q / no)));
            }
        }
    }

    // yₖ = log Σᵢ pᵢₖ, so ∂yₖ/∂zᵢⱼ = wᵢₖ·(δₖⱼ − pᵢⱼ) with the member's share wᵢₖ of Σᵢ pᵢₖ. Shares are computed from logarithms,
    // because all probabilities of a class may underflow.
    private static void OfSoftmax(ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        var (members, classes) = (z.Rows, z.Columns);
        var room = ArrayPool<double>.Shared.Rent((members + 2) * classes);
        Span<double> logarithms = room.AsSpan(0, members * classes), largest = room.AsSpan(members * classes, classes),
            sums = room.AsSpan((members + 1) * classes, classes);
        largest.Fill(double.NegativeInfinity);
        sums.Clear();
        for (var i = 0; i < members; i++)
        {
            double max = double.NegativeInfinity, sum = 0;
            foreach (var score in z.Row(i)) max = Math.Max(max, score);
            foreach (var score in z.Row(i)) sum += Math.Exp(score - max);
            for (var k = 0; k < classes; k++)
            {
                var logarithm = z.Row(i)[k] - max - Math.Log(sum);
                logarithms[i * classes + k] = logarithm;
                largest[k] = Math.Max(largest[k], logarithm);
            }
        }
        for (var i = 0; i < logarithms.Length; i++) sums[i % classes] += Math.Exp(logarithms[i] - largest[i % classes]);
        for (var i = 0; i < members; i++)
        {
            var ofMember = logarithms.Slice(i * classes, classes);
            double total = 0;
            for (var k = 0; k < classes; k++) total += d[k] * (Math.Exp(ofMember[k] - largest[k]) / sums[k]);
            for (var k = 0; k < classes; k++)
                dz.Row(i)[k] = (Real)(d[k] * (Math.Exp(ofMember[k] - largest[k]) / sums[k]) - Math.Exp(ofMember[k]) * total);
        }
        ArrayPool<double>.Shared.Return(room);
    }

    private static void OfLogarithm(ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        for (var j = 0; j < d.Length; j++)
        {
            double sum = 0;
            for (var i = 0; i < z.Rows; i++) sum += Math.Exp(Math.Clamp(z.Row(i)[j], -ExponentialLink.Bound, ExponentialLink.Bound));
            for (var i = 0; i < z.Rows; i++)
            {
                double score = z.Row(i)[j];
                dz.Row(i)[j] = Math.Abs(score) <= ExponentialLink.Bound ? (Real)(d[j] * (Math.Exp(score) / sum)) : 0;
            }
        }
    }

    private static void OfEachTarget(Loss loss, ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        var each = z.Columns / loss.TargetColumnsOf(z.Columns);
        var room = Scratch.Rent(checked(2 * z.Rows * each));
        Matrix own = new(room.AsSpan(0, z.Rows * each), z.Rows, each),
            ownGradient = new(room.AsSpan(z.Rows * each, z.Rows * each), z.Rows, each);
        for (var first = 0; first < z.Columns; first += each)
        {
            EachTarget.Gather(z, first / each, own);
            Apply(loss.OfTarget(first / each), own, d.Slice(first, each), ownGradient);
            EachTarget.Scatter(ownGradient, first / each, dz);
        }
        Scratch.Return(room);
    }

    // m̄ = mean m, and y = log V with V = mean (eˢ + (m − m̄)²). The deviations sum to 0, so ∂V/∂mᵢ = 2·(mᵢ − m̄)/members.
    private static void OfMixture(ReadOnlyMatrix z, ReadOnlySpan<Real> d, Matrix dz)
    {
        var members = z.Rows;
        for (var t = 0; t < d.Length; t += 2)
        {
            double mean = 0, sum = 0;
            for (var i = 0; i < members; i++) mean += (double)z.Row(i)[t] / members;
            for (var i = 0; i < members; i++)
            {
                var distance = z.Row(i)[t] - mean;
                sum += Math.Exp(Math.Clamp(z.Row(i)[t + 1], -MaxExponent, MaxExponent)) + distance * distance;
            }
            for (var i = 0; i < members; i++)
            {
                double distance = z.Row(i)[t] - mean, s = z.Row(i)[t + 1];
                dz.Row(i)[t] = (Real)((double)d[t] / members + d[t + 1] * (2 * distance / sum));
                dz.Row(i)[t + 1] = Math.Abs(s) <= MaxExponent ? (Real)(d[t + 1] * (Math.Exp(s) / sum)) : 0;
            }
        }
    }

    private static double Sigmoid(double z)
    {
        var rest = Math.Exp(-Math.Abs(z));
        return z > 0 ? 1 / (1 + rest) : rest / (1 + rest);
    }
}
