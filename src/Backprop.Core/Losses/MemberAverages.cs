using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Averages over the members of an ensemble (<see cref="Loss.AverageMembers"/>), in double: scores whose prediction is the mean of the members' predictions.</summary>
internal static class MemberAverages
{
    /// <summary>The mean of the scores.</summary>
    public static void OfNumbers(ReadOnlyMatrix scores, Matrix averages) => OfEach<Mean>(scores, averages);

    /// <summary>log p̄/(1 − p̄) of the mean p̄ of the probabilities σ(z).</summary>
    public static void OfLogits(ReadOnlyMatrix scores, Matrix averages) => OfEach<Logit>(scores, averages);

    /// <summary>log of the mean of eᶻ, with z kept within a bound.</summary>
    public static void OfLogarithms(ReadOnlyMatrix scores, Matrix averages) => OfEach<LogOfMean>(scores, averages);

    /// <summary>The mean of the margins, none of which counts for more than 1.</summary>
    public static void OfMargins(ReadOnlyMatrix scores, Matrix averages) => OfEach<Margin>(scores, averages);

    /// <summary>log p̄ₖ of the means p̄ₖ of the probabilities softmax(z)ₖ.</summary>
    /// <param name="scores">[(rows · members) × classes], overwritten with the members' own log-probabilities.</param>
    /// <param name="averages">[rows × classes], overwritten.</param>
    public static void OfClasses(Matrix scores, Matrix averages)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var z = scores.Row(row);
            double largest = Real.MinValue, sum = 0;
            foreach (var score in z) largest = Math.Max(largest, score);
            foreach (var score in z) sum += Math.Exp(score - largest);
            var logarithm = largest + Math.Log(sum);
            foreach (ref var score in z) score = (Real)Math.Max(score - logarithm, Real.MinValue);
        }
        OfEach<LogOfMeanAnywhere>(scores, averages);
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

    // Both probabilities are summed, for 1 − p̄ would have lost the digits of a small one. Beyond the bound, neither has a double.
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

    // Of numbers of any size: the sum is in units of the largest so far.
    private struct LogOfMeanAnywhere : IAverage
    {
        private double _largest, _sum;

        public void Add(double score)
        {
            if (_sum == 0) (_largest, _sum) = (score, 1);
            else if (score <= _largest) _sum += Math.Exp(score - _largest);
            else (_largest, _sum) = (score, 1 + _sum * Math.Exp(_largest - score));
        }

        public readonly double Of(int members) => _largest + Math.Log(_sum / members);
    }

    private struct Margin : IAverage
    {
        private double _sum;

        public void Add(double score) => _sum += Math.Clamp(score, -1, 1);

        public readonly double Of(int members) => _sum / members;
    }
}
