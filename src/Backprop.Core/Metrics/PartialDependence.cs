using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How predictions depend on one column: the mean prediction of all rows if the column had the same value in each of them, and
/// the curves of single rows.</summary>
/// <remarks>
/// <para>f(x, z) is the prediction for the value x of the column and the other columns z of a row. The curve is the mean of f(x, zᵢ) over
/// the rows i: Friedman (2001), "Greedy function approximation: a gradient boosting machine", §8.2. The curves of single rows, f(x, zᵢ),
/// are individual conditional expectations (ICE): Goldstein, Kapelner, Bleich and Pitkin (2015), "Peeking inside the black box",
/// arXiv:1309.6392. A centered curve is f(x, zᵢ) − f(x₀, zᵢ) with the first point x₀.</para>
/// <para>If the column is correlated with others, the mean includes combinations of values that do not occur, and the model has not been
/// trained on them.</para>
/// </remarks>
public sealed record PartialDependence
{
    private PartialDependence(
        string column, string output, bool isCategory, int rows, double coverage, IReadOnlyList<PartialDependencePoint> points,
        IReadOnlyList<IndividualCurve> curves) =>
        (Column, Output, IsCategory, Rows, Coverage, Points, Curves) = (column, output, isCategory, rows, coverage, points, curves);

    /// <summary>The name of the column, or of the slot of a vector column.</summary>
    public string Column { get; }

    /// <summary>The name of the output: a column, or one of its slots.</summary>
    public string Output { get; }

    /// <summary>Whether the values are categories. Their points have no order among themselves, and no line belongs between
    /// them.</summary>
    public bool IsCategory { get; }

    /// <summary>Number of rows that the means are of.</summary>
    public int Rows { get; }

    /// <summary>The share of the rows' curves within the bands from <see cref="PartialDependencePoint.Lower"/> to
    /// <see cref="PartialDependencePoint.Upper"/>, at every point.</summary>
    public double Coverage { get; }

    /// <summary>The points of the curve: in ascending order of the value, or for categories in descending order of their
    /// frequency.</summary>
    public IReadOnlyList<PartialDependencePoint> Points { get; }

    /// <summary>The curves of a sample of rows. Curves that are not parallel show that other columns change the effect.</summary>
    public IReadOnlyList<IndividualCurve> Curves { get; }

    /// <summary>Computes the curve.</summary>
    /// <param name="column">The name of the column.</param>
    /// <param name="output">The name of the output.</param>
    /// <param name="isCategory">Whether the values are categories.</param>
    /// <param name="values">[points]: text and numeric value of every point.</param>
    /// <param name="predictions">[points × rows]; finite.</param>
    /// <param name="coverage">The share of curves within the bands; above 0, below 1.</param>
    /// <param name="shown">Indices of the rows whose curves are kept.</param>
    /// <param name="positions">[rows]: the index of every row in the data.</param>
    internal static PartialDependence Of(
        string column, string output, bool isCategory, IReadOnlyList<(string Text, double Value)> values, ReadOnlyMatrix predictions,
        double coverage, IReadOnlyList<int> shown, IReadOnlyList<long> positions)
    {
        var rows = predictions.Columns;
        var points = new PartialDependencePoint[predictions.Rows];
        double[] plain = new double[rows], centered = new double[rows];
        for (var point = 0; point < points.Length; point++)
        {
            for (var row = 0; row < rows; row++)
            {
                plain[row] = predictions.Row(point)[row];
                centered[row] = plain[row] - predictions.Row(0)[row];
            }
            points[point] = new PartialDependencePoint(
                values[point].Text, values[point].Value, Average.Of(plain, coverage), Average.Of(centered, coverage));
        }

        var curves = new IndividualCurve[shown.Count];
        for (var curve = 0; curve < curves.Length; curve++)
        {
            var heights = new double[points.Length];
            for (var point = 0; point < points.Length; point++) heights[point] = predictions.Row(point)[shown[curve]];
            curves[curve] = new IndividualCurve(positions[shown[curve]], heights);
        }
        return new PartialDependence(column, output, isCategory, rows, coverage, points, curves);
    }

    /// <summary>Mean, standard error and quantiles over the rows.</summary>
    internal sealed record Average(double Mean, double StandardError, double Lower, double Upper)
    {
        /// <summary>Sorts the values.</summary>
        public static Average Of(double[] values, double coverage)
        {
            var mean = values.Average();
            var squares = values.Sum(value => (value - mean) * (value - mean));
            Array.Sort(values);
            return new Average(
                mean, Math.Sqrt(squares / (values.Length - 1) / values.Length), SortedValues.Quantile(values, (1 - coverage) / 2),
                SortedValues.Quantile(values, (1 + coverage) / 2));
        }
    }
}

/// <summary>One point of a curve of partial dependence. All heights have the unit of the output.</summary>
public sealed record PartialDependencePoint
{
    internal PartialDependencePoint(string text, double value, PartialDependence.Average plain, PartialDependence.Average centered)
    {
        (Text, Value) = (text, value);
        (Mean, StandardError, Lower, Upper) = plain;
        (CenteredMean, CenteredStandardError, CenteredLower, CenteredUpper) = centered;
    }

    /// <summary>The value of the column as text, independent of culture.</summary>
    public string Text { get; }

    /// <summary>The value of a numeric column; NaN for a category.</summary>
    public double Value { get; }

    /// <summary>The mean prediction over all rows.</summary>
    public double Mean { get; }

    /// <summary>The standard error of this mean, with the divisor n − 1 of the variance: how far it varies with the choice of the rows. The
    /// model is the same.</summary>
    public double StandardError { get; }

    /// <summary>The lower quantile of the rows' predictions, with linear interpolation.</summary>
    public double Lower { get; }

    /// <summary>The upper quantile of the rows' predictions.</summary>
    public double Upper { get; }

    /// <summary>The mean difference from the first point.</summary>
    public double CenteredMean { get; }

    /// <summary>The standard error of the mean difference from the first point.</summary>
    public double CenteredStandardError { get; }

    /// <summary>The lower quantile of the rows' differences from the first point. The distance to <see cref="CenteredUpper"/> is 0 if the
    /// effect of the column is the same for all rows.</summary>
    public double CenteredLower { get; }

    /// <summary>The upper quantile of the rows' differences from the first point.</summary>
    public double CenteredUpper { get; }
}

/// <summary>The predictions for one row if the column had other values: an individual conditional expectation (ICE).</summary>
public sealed record IndividualCurve
{
    internal IndividualCurve(long row, IReadOnlyList<double> values) => (Row, Values) = (row, values);

    /// <summary>The index of the row in the data, from 0 on.</summary>
    public long Row { get; }

    /// <summary>[points]: the predictions.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>[points]: the differences from the first point.</summary>
    public IReadOnlyList<double> CenteredValues => [.. Values.Select(value => value - Values[0])];
}
