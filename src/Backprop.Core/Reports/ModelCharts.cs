using Backprop.Metrics;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The charts of a report about a model, as HTML figures.</summary>
internal static class ModelCharts
{
    /// <summary>The share of events against the mean probability of every bin, with confidence intervals of the share.</summary>
    public static string Reliability(CalibrationMetrics calibration)
    {
        var axis = new ChartAxis([0, 1], isLinear: true);
        var plot = new PlotFrame(PlotSize.Square, axis, axis, "mean probability", "share of rows");
        plot.Line("grid", [(0, 0), (1, 1)]);
        plot.Line("curve", calibration.Bins.Select(bin => (bin.MeanProbability, bin.PositiveShare)));
        foreach (var bin in calibration.Bins)
        {
            var (lower, upper) = bin.ShareInterval;
            plot.Line("error", [(bin.MeanProbability, lower), (bin.MeanProbability, upper)]);
            plot.Dot(bin.MeanProbability, bin.PositiveShare, Describe(bin));
        }
        var bins = string.Join("; ", calibration.Bins.Select(Describe));
        return plot.ToHtml("Reliability curve", [], $"Reliability curve of {calibration.Name}. {bins}.");

        static string Describe(CalibrationBin bin) => FormattableString.Invariant(
            $"probability {ReportNumber.Of(bin.MeanProbability)}: share {ReportNumber.Of(bin.PositiveShare)} of {bin.Rows} rows");
    }

    /// <summary>The label against the prediction of some rows.</summary>
    public static string Predictions(ResidualSummary residuals)
    {
        double[] ends = [.. residuals.Points.SelectMany(point => new[] { point.Prediction, point.Label })];
        var axis = new ChartAxis(ends, isLinear: true);
        var plot = new PlotFrame(PlotSize.Square, axis, axis, "prediction", residuals.Target);
        if (ends.Min() < ends.Max()) plot.Line("grid", [(ends.Min(), ends.Min()), (ends.Max(), ends.Max())]);
        foreach (var (prediction, label) in residuals.Points)
            plot.Dot(prediction, label, $"prediction {ReportNumber.Of(prediction)}, label {ReportNumber.Of(label)}", radius: 2);
        var rows = residuals.Points.Count == residuals.Rows
            ? "all rows"
            : FormattableString.Invariant($"{residuals.Points.Count} of {residuals.Rows} rows");
        return plot.ToHtml($"Label and prediction, {rows}", [], $"{residuals.Target} against its prediction, {rows}, with the diagonal.");
    }

    /// <summary>How often residuals are in intervals of equal width.</summary>
    public static string Histogram(ResidualSummary residuals)
    {
        var bins = residuals.Histogram;
        var across = new ChartAxis(bins.SelectMany(bin => new[] { bin.Lower, bin.Upper }), isLinear: true);
        var up = new ChartAxis(bins.Select(bin => (double)bin.Rows).Append(0), counts: true);
        var plot = new PlotFrame(PlotSize.Square, across, up, "residual", "rows");
        foreach (var bin in bins)
            plot.Bar(
                bin.Lower, bin.Upper, bin.Rows,
                FormattableString.Invariant($"{ReportNumber.Of(bin.Lower)} to {ReportNumber.Of(bin.Upper)}: {bin.Rows} rows"));
        var summary = $"mean {ReportNumber.Of(residuals.Mean)}, standard deviation {ReportNumber.Of(residuals.StandardDeviation)}";
        return plot.ToHtml("Histogram of residuals", [], $"Histogram of the residuals of {residuals.Target}: {summary}.");
    }

    /// <summary>The curve of one column with the band of the rows' changes from the first point; for categories, a table.</summary>
    /// <remarks>A band of the predictions themselves would show how the rows differ, which other columns cause.</remarks>
    /// <param name="dependence">The curve.</param>
    /// <param name="output">The name of what is predicted.</param>
    public static string Dependence(PartialDependence dependence, string output)
    {
        var points = dependence.Points;
        var start = points[0].Mean;
        if (dependence.IsCategory)
        {
            var rows = points.Select(point => new BarRow(point.Text, point.Mean, Lower(point), Upper(point)));
            return $"<figure><figcaption><b>{HtmlEncode(dependence.Column)}</b></figcaption>{BarTable.OfBands([.. rows])}</figure>\n";
        }
        var across = new ChartAxis(points.Select(point => point.Value), isLinear: true);
        var up = new ChartAxis(points.SelectMany(point => new[] { point.Mean, Lower(point), Upper(point) }), isLinear: true);
        var plot = new PlotFrame(PlotSize.Small, across, up, dependence.Column, output);
        plot.Band([.. points.Select(point => (point.Value, Lower(point), Upper(point)))]);
        plot.Line("curve", points.Select(point => (point.Value, point.Mean)));
        foreach (var point in points) plot.Dot(point.Value, point.Mean, Describe(point), radius: 2);
        return plot.ToHtml(
            dependence.Column, [], $"Partial dependence of the {output} on {dependence.Column}. "
                + $"{Describe(points[0])}; {Describe(points[^1])}.");

        double Lower(PartialDependencePoint point) => start + point.CenteredLower;

        double Upper(PartialDependencePoint point) => start + point.CenteredUpper;

        string Describe(PartialDependencePoint point) =>
            $"{point.Text}: mean {ReportNumber.Of(point.Mean)}, {ReportNumber.Of(Lower(point))} to {ReportNumber.Of(Upper(point))}";
    }
}
