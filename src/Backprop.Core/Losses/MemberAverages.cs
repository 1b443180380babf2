using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Averages over the members of an ensemble (<see cref="Loss.AverageMembers"/>), in double: scores whose prediction is the mean of
/// the members' predictions.</summary>
internal static class MemberAverages
{
    private const double MinProbability = 1e-30;

    /// <summary>The mean of the scores.</summary>
    public static void OfNumbers(ReadOnlyMatrix scores, Matrix averages) => OfEach<Mean>(scores, averages);

    /// <summary>log p̄/(1 − p̄) of the mean p̄ of the probabilities σ(z).</summary>
    public static void OfLogits(ReadOnlyMatrix scores, Matrix averages) => OfEach<Logit>(scores, averages);

    /// <summary>log of the mean of eᶻ, with z kept within a bound.</summary>
    public static void OfLogarithms(ReadOnlyMatrix scores, Matrix averages) => OfEach<LogOfMean>(scores, averages);

    /// <summary>The mean of the margins. Each is clipped to [−1, 1].</summary>
    public static void OfMargins(ReadOnlyMatrix scores, Matrix averages) => OfEach<Margin>(scores, averages);

    /// <summary>log p̄ₖ of the means p̄ₖ of the probabilities softmax(z)ₖ.</summary>
    /// <param name="scores">[(rows · members) × classes]</param>
    /// <param name="averages">[rows × classes], overwritten.</param>
    public static void OfClasses(ReadOnlyMatrix scores, Matrix averages)
    {
        int length = scores.Values.Length, members = scores.Rows / averages.Rows;
        var room = Scratch.Rent(checked(length + 2 * scores.Rows));
        var probabilities = new Matrix(room.AsSpan(0, length), scores.Rows, scores.Columns);
        Span<Real> largest = room.AsSpan(length, scores.Rows), logarithms = room.AsSpan(length + scores.Rows, scores.Rows);
        Softmax.OfRows(scores, probabilities, largest, logarithms);
        OfEach<Mean>(probabilities, averages);
        for (var row = 0; row < averages.Rows; row++)
        {
            var ofRow = averages.Row(row);
            if (TensorPrimitives.Min<Real>(ofRow) >= MinProbability) Elementwise.Map(new NaturalLogarithm(), ofRow, ofRow);
            else
                LogarithmsOf(
                    scores.RowRange(row * members, members), largest.Slice(row * members, members),
                    logarithms.Slice(row * members, members), ofRow);
        }
        Scratch.Return(room);
    }

    // If all members' probabilities of a class underflow, their logarithms zₖ − log Σⱼ e^zⱼ still do not. The sum of probabilities is in
    // units of the largest one.
    private static void LogarithmsOf(ReadOnlyMatrix scores, ReadOnlySpan<Real> largest, ReadOnlySpan<Real> logarithms, Span<Real> averages)
    {
        for (var k = 0; k < averages.Length; k++)
        {
            double maximum = double.NegativeInfinity, sum = 0;
            for (var member = 0; member < scores.Rows; member++)
            {
                var own = (double)scores.Row(member)[k] - largest[member] - logarithms[member];
                sum = own > maximum ? 1 + sum * Math.Exp(maximum - own) : sum + Math.Exp(own - maximum);
                maximum = Math.Max(maximum, own);
            }
            averages[k] = (Real)Math.Max(maximum + Math.Log(sum / scores.Rows), Real.MinValue);
        }
    }

    private static void OfEach<TAverage>(ReadOnlyMatrix scores, Matrix averages) where TAverage : struct, IAverage
    {
        int members = scores.Rows / averages.Rows, outputs = averages.Columns;
        for (var row = 0; row < averages.Rows; row++)
        {
            var ofRow = scores.Values.Slice(row * members * outputs, members * outputs);
            for (var j = 0; j < outputs; j++)
            {
                var average = default(TAverage);
                for (var i = j; i < ofRow.Length; i += outputs) average.Add(ofRow[i]);
                averages.Row(row)[j] = (Real)average.Of(members);
            }
        }
    }

    private interface IAverage
    {
        void Add(double score);

        double Of(int members);
    }

    private struct Mean : IAverage
    {
        private double _sum;

        public void Add(double score) => _sum += score;

        public readonly double Of(int members) => _sum / members;
    }

    // Both probabilities are summed, because 1 − p̄ would lose the digits of a small p̄. Beyond the bound, the smaller one would underflow.
    private struct Logit : IAverage
    {
        private const double Bound = 350;

        private double _yes, _no;

        public void Add(double score)
        {
            var rest = Math.Exp(-Math.Min(Math.Abs(score), Bound));
            double larger = 1 / (1 + rest), smaller = rest / (1 + rest);
            _yes += score > 0 ? larger : smaller;
            _no += score > 0 ? smaller : larger;
        }

        public readonly double Of(int members) => Math.Log(_yes / _no);
    }

    private struct LogOfMean : IAverage
    {
        private double _sum;

        public void Add(double score) => _sum += Math.Exp(Math.Clamp(score, -ExponentialLink.Bound, ExponentialLink.Bound));

        public readonly double Of(int members) => Math.Log(_sum / members);
    }

    private struct Margin : IAverage
    {
        private double _sum;

        public void Add(double score) => _sum += Math.Clamp(score, -1, 1);

        public readonly double Of(int members) => _sum / members;
    }

    private readonly struct NaturalLogarithm : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => Logarithm.Log(x);
    }
}
