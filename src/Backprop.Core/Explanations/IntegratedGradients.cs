using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Integrated gradients: φⱼ = (xⱼ − x′ⱼ)·∫₀¹ ∂F(x′ + t·(x − x′))/∂xⱼ dt, where x are the prepared features of the row, and x′
/// those of the baseline. The contributions add up to F(x) − F(x′).</summary>
/// <remarks>
/// Sundararajan, Taly and Yan (2017), "Axiomatic attribution for deep networks", arXiv:1703.01365. The integral is computed by adaptive
/// Gauss–Legendre quadrature. Between the ends of a panel, the integral of F′ must be the difference of F. If it differs by more than
/// <see cref="Tolerance"/> times the sum of the magnitudes of the contributions, the panel is halved. Its middle is one of its points, so F
/// is known there. Affine layers before the first other layer map the path to a straight line, so they are computed once for each row.
/// </remarks>
internal sealed class IntegratedGradients : Explainer
{
    /// <summary>The largest error of a panel, relative to the sum of the magnitudes of the contributions.</summary>
    public const double Tolerance = 2e-5;

    /// <summary>The maximum number of panels of a row.</summary>
    public const int MaxPanels = 256;

    // Odd, so that the middle is a point.
    private const int PointsOfPanel = 7, PanelsAtOnce = 32;

    // A kink of F halves panels down to this depth.
    private const double ShortestPanel = 1.0 / 4096;

    // F is rounded to single precision.
    private const double RelativeRounding = 1e-6;

    private static readonly GaussLegendre _quadrature = new(PointsOfPanel);

    private readonly Real[] _points, _gradients, _sums, _ofPanel;
    private readonly int[] _outputs, _panelCounts;
    private readonly double[] _allowed;
    private readonly Stack<Panel> _open = [];
    private readonly Panel[] _batch;

    /// <param name="explained">The network.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="explainsPredictions">Whether predictions are explained; otherwise scores.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    public IntegratedGradients(ExplainedNetwork explained, FeatureColumns columns, bool explainsPredictions, int rows)
        : base(explained, columns, explainsPredictions, rows, PointsOfPanel * Math.Clamp(rows, 2, PanelsAtOnce), withGradients: true)
    {
        int width = Function.Inputs, capacity = Function.Capacity;
        (_points, _gradients, _sums) = (new Real[capacity * width], new Real[capacity * width], new Real[checked(rows * width)]);
        (_ofPanel, _outputs, _batch) = (new Real[width], new int[capacity], new Panel[capacity / PointsOfPanel]);
        (_panelCounts, _allowed) = (new int[rows], new double[rows]);
    }

    /// <inheritdoc/>
    protected override void ExplainPrepared(
        ReadOnlyMatrix prepared, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var path = Affine.Forward(prepared);
        Score(path, outputs, rows);
        var sums = new Matrix(_sums.AsSpan(0, path.Values.Length), path.Rows, path.Columns); // the mean gradients along the paths
        sums.Values.Clear();
        _open.Clear();

        // First, every path is one panel. Its result is the scale of the allowed errors.
        _allowed.AsSpan().Fill(double.PositiveInfinity);
        for (var row = 0; row < rows.Length; row++) Open(new Panel(row, 0, 1, rows[row].Baseline, rows[row].Value));
        Integrate(path, rows, sums);
        SumUp(prepared, sums, contributions);
        _panelCounts.AsSpan().Clear();
        for (var row = 0; row < rows.Length; row++)
            if (!MeetsTolerance(contributions.Row(row), rows[row], out _allowed[row]))
            {
                sums.Row(row).Clear();
                Open(new Panel(row, 0, 1, rows[row].Baseline, rows[row].Value));
            }
        if (_open.Count == 0) return;
        Integrate(path, rows, sums);
        SumUp(prepared, sums, contributions);
    }

    private void Open(Panel panel)
    {
        _open.Push(panel);
        _panelCounts[panel.Row]++;
    }

    // Writes the mean gradient over all open panels.
    private void Integrate(ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows, Matrix sums)
    {
        while (_open.Count > 0)
        {
            var count = 0;
            while (count < _batch.Length && _open.TryPop(out var panel))
            {
                AddPoints(panel, count, path.Row(panel.Row), rows[panel.Row].Output);
                _batch[count++] = panel;
            }
            var width = Function.Inputs;
            ReadOnlyMatrix points = new(_points.AsSpan(0, count * PointsOfPanel * width), count * PointsOfPanel, width);
            Matrix gradients = new(_gradients.AsSpan(0, points.Values.Length), points.Rows, width);
            var values = Function.Forward(points);
            Function.Backward(points, _outputs.AsSpan(0, points.Rows), gradients);
            for (var i = 0; i < count; i++)
            {
                var middle = i * PointsOfPanel + PointsOfPanel / 2;
                Finish(
                    _batch[i], values.Row(middle)[_outputs[middle]], path.Row(_batch[i].Row),
                    gradients.RowRange(i * PointsOfPanel, PointsOfPanel), sums.Row(_batch[i].Row));
            }
        }
    }

    private void AddPoints(Panel panel, int index, ReadOnlySpan<Real> end, int output)
    {
        var start = PathStart.Values;
        for (var k = 0; k < PointsOfPanel; k++)
        {
            var i = index * PointsOfPanel + k;
            var t = (Real)(panel.Start + _quadrature.Nodes[k] * panel.Length);
            var point = _points.AsSpan(i * start.Length, start.Length);
            for (var j = 0; j < point.Length; j++) point[j] = start[j] + t * (end[j] - start[j]);
            _outputs[i] = output;
        }
    }

    // Adds the integral over a panel to the sum of its row, or halves the panel.
    private void Finish(Panel panel, double middle, ReadOnlySpan<Real> end, ReadOnlyMatrix gradients, Span<Real> sum)
    {
        _ofPanel.AsSpan().Clear();
        for (var k = 0; k < PointsOfPanel; k++)
        {
            var weight = (Real)(_quadrature.Weights[k] * panel.Length);
            ReadOnlySpan<Real> gradient = gradients.Row(k);
            for (var j = 0; j < _ofPanel.Length; j++) _ofPanel[j] += weight * gradient[j];
        }
        var start = PathStart.Values;
        double integral = 0;
        for (var j = 0; j < end.Length; j++) integral += (double)_ofPanel[j] * (end[j] - start[j]);

        var error = Math.Abs(integral - (panel.AtEnd - panel.AtStart));
        var isLast = _panelCounts[panel.Row] >= MaxPanels || panel.Length <= ShortestPanel;
        if (error > _allowed[panel.Row] && !isLast)
        {
            var half = panel.Length / 2;
            _open.Push(panel with { Length = half, AtEnd = middle });
            Open(new Panel(panel.Row, panel.Start + half, half, middle, panel.AtEnd));
            return;
        }
        for (var j = 0; j < sum.Length; j++) sum[j] += _ofPanel[j];
    }

    private void SumUp(ReadOnlyMatrix prepared, ReadOnlyMatrix sums, Matrix contributions)
    {
        var gradient = Affine.Backward(prepared, sums);
        for (var row = 0; row < prepared.Rows; row++) SumByColumn(prepared.Row(row), gradient.Row(row), contributions.Row(row));
    }

    // Also writes the allowed error of a panel.
    private static bool MeetsTolerance(ReadOnlySpan<Real> contributions, ExplainedRow row, out double allowed)
    {
        double sum = 0, magnitudes = 0;
        foreach (var contribution in contributions)
        {
            sum += contribution;
            magnitudes += Math.Abs(contribution);
        }
        allowed = Tolerance * magnitudes + RelativeRounding * (Math.Abs(row.Value) + Math.Abs(row.Baseline));
        return !(Math.Abs(sum - (row.Value - row.Baseline)) > allowed);
    }

    // A part of the path of a row, and F at its ends.
    private readonly record struct Panel(int Row, double Start, double Length, double AtStart, double AtEnd);
}
