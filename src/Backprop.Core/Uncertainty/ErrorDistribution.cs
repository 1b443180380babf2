namespace Backprop.Uncertainty;

/// <summary>The reconstruction errors of held-out rows. The probability of an anomaly is the share of them that is smaller than the error
/// of a new row.</summary>
/// <remarks>
/// Let n normal rows be held out. The probability of a row with error s is (number of held-out errors below s) / (n + 1). It is 1 − p with
/// the conformal p-value p = (1 + number of held-out errors of at least s) / (n + 1). If a new row is exchangeable with the held-out rows,
/// its probability is at least 1 − ε in at most a share ε of all cases. Laxhammar and Falkman (2010), "Conformal prediction for
/// distribution-independent anomaly detection in streaming vessel data"; Bates, Candès, Lei, Romano and Sesia (2023), "Testing for outliers
/// with conformal p-values", arXiv:2104.08279. The rows also select the epoch and weigh the features, so the guarantee is approximate.
/// </remarks>
public sealed class ErrorDistribution
{
    /// <summary>Maximum number of errors that are kept. Of more, evenly spaced order statistics are kept, and probabilities become smaller
    /// by at most 1 / MaxErrors.</summary>
    internal const int MaxErrors = 4096;

    private readonly Real[] _errors; // in ascending order

    private ErrorDistribution(int rows, Real[] errors) => (Rows, _errors) = (rows, errors);

    /// <summary>n: the number of held-out rows.</summary>
    public int Rows { get; }

    /// <summary>The errors that are kept, in ascending order.</summary>
    public ReadOnlySpan<Real> Errors => _errors;

    /// <summary>The largest probability: n / (n + 1).</summary>
    public double MaxProbability => Rows / (Rows + 1.0);

    /// <summary>The probability of an anomaly: the share of held-out errors below an error.</summary>
    /// <param name="error">The reconstruction error of a row; NaN returns NaN.</param>
    /// <returns>From 0 to <see cref="MaxProbability"/>; rises with the error.</returns>
    public Real ProbabilityOf(Real error)
    {
        if (Real.IsNaN(error)) return Real.NaN;
        int low = 0, high = _errors.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_errors[middle] < error) low = middle + 1;
            else high = middle;
        }
        return ProbabilityAfter(low);
    }

    /// <summary>The probability of an error that is above this number of the errors that are kept.</summary>
    internal Real ProbabilityAfter(int count) => count == 0 ? 0 : (Real)(RankOf(count - 1, _errors.Length, Rows) / (Rows + 1.0));

    /// <summary>The distribution of errors.</summary>
    /// <param name="errors">One for each held-out row, in any order; none is NaN. It may be empty: then every probability is 0.</param>
    internal static ErrorDistribution Of(ReadOnlySpan<Real> errors)
    {
        Real[] sorted = [.. errors];
        Array.Sort(sorted);
        if (sorted.Length <= MaxErrors) return new ErrorDistribution(sorted.Length, sorted);
        var kept = new Real[MaxErrors];
        for (var i = 0; i < kept.Length; i++) kept[i] = sorted[RankOf(i, kept.Length, sorted.Length) - 1];
        return new ErrorDistribution(sorted.Length, kept);
    }

    /// <summary>The distribution that was saved.</summary>
    /// <exception cref="ArgumentException">The values contradict each other.</exception>
    internal static ErrorDistribution Restore(int rows, Real[] errors)
    {
        if (rows < 0 || errors.Length != Math.Min(rows, MaxErrors))
            throw new ArgumentException($"{errors.Length} reconstruction errors do not fit {rows} held-out rows.");
        for (var i = 0; i < errors.Length; i++)
            if (!(errors[i] >= 0) || (i > 0 && errors[i] < errors[i - 1]))
                throw new ArgumentException("Reconstruction errors are not in ascending order from 0 on.");
        return new ErrorDistribution(rows, errors);
    }

    // The rank, from 1 on, of the i-th error that is kept.
    private static int RankOf(int index, int kept, int rows) => (int)((index + 1L) * rows / kept);
}
