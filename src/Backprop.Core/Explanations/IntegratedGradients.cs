using System.Runtime.InteropServices;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Integrated gradients: φⱼ = (xⱼ − x′ⱼ)·∫₀¹ ∂F(x′ + t·(x − x′))/∂xⱼ dt, where x are the prepared features of the row, and x′
/// those of the baseline. The contributions add up to F(x) − F(x′).</summary>
/// <remarks>
/// Sundararajan, Taly and Yan (2017), "Axiomatic attribution for deep networks", arXiv:1703.01365. The integral is computed by adaptive
/// Simpson quadrature: Kuncir (1962), "Algorithm 103: Simpson's rule integrator". Over every panel, the integral of dF/dt must be the
/// difference of F at the ends, which is known. A panel is halved where it is not. Halving reuses all points. Affine layers before the
/// first other layer map the path to a straight line, so they are computed once for each row.
/// </remarks>
internal sealed class IntegratedGradients : Explainer
{
    /// <summary>The largest error of a panel, relative to the sum of the magnitudes of the contributions. Errors of panels have both signs,
    /// so that of their sum is not much larger.</summary>
    public const double Tolerance = 5e-5;

    // A kink of F halves panels down to the shortest.
    private const double ShortestPanel = 1.0 / 4096;

    private const int FirstPanels = 8, MaxPoints = 513, Capacity = 224;

    // F is rounded to single precision.
    private const double RelativeRounding = 1e-6;

    private readonly Real[] _points, _sums;
    private readonly int[] _outputs, _pointCounts;
    private readonly double[] _allowed;
    private readonly List<Point> _path = [];
    private Real[] _gradients = [];
    private List<Panel> _open = [], _next = [];

    /// <param name="explained">The network.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="explainsPredictions">Whether predictions are explained; otherwise scores.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    public IntegratedGradients(ExplainedNetwork explained, FeatureColumns columns, bool explainsPredictions, int rows)
        : base(explained, columns, explainsPredictions, rows, Math.Min(Capacity, rows * (2 * FirstPanels + 1)), withGradients: true)
    {
        (_points, _sums) = (new Real[checked(Function.Capacity * Function.Inputs)], new Real[checked(rows * Function.Inputs)]);
        (_outputs, _pointCounts, _allowed) = (new int[Function.Capacity], new int[rows], new double[rows]);
    }

    /// <inheritdoc/>
    protected override void ExplainPrepared(
        ReadOnlyMatrix prepared, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var path = Affine.Forward(prepared);
        Score(path, outputs, rows);
        OpenFirstPanels(path, rows);

        // The first panels show the scale of the allowed errors.
        foreach (var panel in _open) Weigh(panel);
        SumUp(prepared, contributions);
        for (var row = 0; row < rows.Length; row++) _allowed[row] = AllowedError(contributions.Row(row), rows[row]);
        foreach (ref var point in CollectionsMarshal.AsSpan(_path)) point.Weight = 0;

        while (_open.Count > 0) HalvePanels(path, rows);
        SumUp(prepared, contributions);
    }

    private void OpenFirstPanels(ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        _path.Clear();
        _open.Clear();
        for (var row = 0; row < rows.Length; row++)
        {
            var first = _path.Count;
            for (var i = 0; i <= 2 * FirstPanels; i++) _path.Add(new Point { Row = row, Time = i / (2.0 * FirstPanels) });
            _pointCounts[row] = 2 * FirstPanels + 1;
            for (var i = 0; i < FirstPanels; i++)
                _open.Add(new Panel(1.0 / FirstPanels, first + 2 * i, first + 2 * i + 1, first + 2 * i + 2));
        }
        Evaluate(0, path, rows);
    }

    // Halves the panels that are not accurate, and weighs the points of the others.
    private void HalvePanels(ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        var evaluated = _path.Count;
        _next.Clear();
        foreach (var panel in _open)
        {
            Point start = _path[panel.Start], middle = _path[panel.Middle], end = _path[panel.End];
            var integral = panel.Length / 6 * (start.Derivative + 4 * middle.Derivative + end.Derivative);
            var isInaccurate = Math.Abs(integral - (end.Value - start.Value)) > _allowed[start.Row];
            ref var count = ref _pointCounts[start.Row];
            if (!isInaccurate || panel.Length <= ShortestPanel || count > MaxPoints - 2)
            {
                Weigh(panel);
                continue;
            }
            var half = panel.Length / 2;
            _next.Add(new Panel(half, panel.Start, _path.Count, panel.Middle));
            _path.Add(new Point { Row = start.Row, Time = start.Time + half / 2 });
            _next.Add(new Panel(half, panel.Middle, _path.Count, panel.End));
            _path.Add(new Point { Row = start.Row, Time = middle.Time + half / 2 });
            count += 2;
        }
        Evaluate(evaluated, path, rows);
        (_open, _next) = (_next, _open);
    }

    // Simpson's rule.
    private void Weigh(Panel panel)
    {
        var points = CollectionsMarshal.AsSpan(_path);
        points[panel.Start].Weight += panel.Length / 6;
        points[panel.Middle].Weight += panel.Length * 4 / 6;
        points[panel.End].Weight += panel.Length / 6;
    }

    // Computes F, its gradient and dF/dt at the points from one on.
    private void Evaluate(int first, ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        var width = Function.Inputs;
        if (_gradients.Length < _path.Count * width) Array.Resize(ref _gradients, Math.Max(_path.Count * width, 2 * _gradients.Length));
        ReadOnlySpan<Real> start = PathStart.Values;
        var points = CollectionsMarshal.AsSpan(_path);
        for (int count; first < points.Length; first += count)
        {
            count = Math.Min(Function.Capacity, points.Length - first);
            for (var i = 0; i < count; i++)
            {
                ref var point = ref points[first + i];
                var end = path.Row(point.Row);
                var x = _points.AsSpan(i * width, width);
                var t = (Real)point.Time;
                for (var j = 0; j < width; j++) x[j] = start[j] + t * (end[j] - start[j]);
                _outputs[i] = rows[point.Row].Output;
            }
            var xs = new ReadOnlyMatrix(_points.AsSpan(0, count * width), count, width);
            var gradients = new Matrix(_gradients.AsSpan(first * width, count * width), count, width);
            var values = Function.Forward(xs);
            for (var i = 0; i < count; i++) points[first + i].Value = values.Row(i)[_outputs[i]];
            Function.Backward(xs, _outputs.AsSpan(0, count), gradients);
            for (var i = 0; i < count; i++)
            {
                ref var point = ref points[first + i];
                ReadOnlySpan<Real> end = path.Row(point.Row), gradient = gradients.Row(i);
                for (var j = 0; j < width; j++) point.Derivative += (double)gradient[j] * (end[j] - start[j]);
            }
        }
    }

    // Contributions from the gradients at the points, by their weights.
    private void SumUp(ReadOnlyMatrix prepared, Matrix contributions)
    {
        var width = Function.Inputs;
        var sums = new Matrix(_sums.AsSpan(0, prepared.Rows * width), prepared.Rows, width);
        sums.Values.Clear();
        for (var i = 0; i < _path.Count; i++)
        {
            var weight = (Real)_path[i].Weight;
            ReadOnlySpan<Real> gradient = _gradients.AsSpan(i * width, width);
            var sum = sums.Row(_path[i].Row);
            for (var j = 0; j < width; j++) sum[j] += weight * gradient[j];
        }
        var dPrepared = Affine.Backward(prepared, sums);
        for (var row = 0; row < prepared.Rows; row++) SumByColumn(prepared.Row(row), dPrepared.Row(row), contributions.Row(row));
    }

    private static double AllowedError(ReadOnlySpan<Real> contributions, ExplainedRow row)
    {
        double magnitudes = 0;
        foreach (var contribution in contributions) magnitudes += Math.Abs(contribution);
        return Tolerance * magnitudes + RelativeRounding * (Math.Abs(row.Value) + Math.Abs(row.Baseline));
    }

    // A point of the path of a row: t, F, dF/dt, and the weight of its gradient.
    private struct Point
    {
        public int Row;
        public double Time, Value, Derivative, Weight;
    }

    // A part of a path, and its points.
    private readonly record struct Panel(double Length, int Start, int Middle, int End);
}
