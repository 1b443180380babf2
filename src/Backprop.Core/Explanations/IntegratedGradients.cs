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
    /// <summary>The allowed error of the sum of the contributions, relative to the sum of their magnitudes.</summary>
    public const double Tolerance = 3e-4;

    // The allowed error of a panel at first. It is halved while the sum of all errors, which have both signs, is too large.
    private const double ToleranceOfPanel = 2e-4, MinToleranceOfPanel = 1e-7;

    // A kink of F halves panels down to the shortest.
    private const double ShortestPanel = 1.0 / (1 << 16);

    private const int FirstPanels = 8, Capacity = 224;

    // An ensemble trained on few rows may have thousands of kinks. The gradients of all points are kept, so wide rows have fewer points.
    // These are counted before panels are halved, so there may be twice as many.
    private const int MaxPointsOfWideRows = 4097, MaxPointsOfNarrowRows = 16_385, MaxValues = 1 << 18;

    // F is rounded to single precision.
    private const double RelativeRounding = 1e-6;

    private readonly Real[] _points, _sums;
    private readonly int[] _outputs, _pointCounts;
    private readonly int _maxPoints;
    private readonly double[] _allowed, _tolerances;
    private readonly List<Point> _path = [];
    private Real[] _gradients = [];
    private readonly List<Panel> _accurate = [];
    private List<Panel> _open = [], _next = [];

    /// <param name="explained">The network.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="explainsPredictions">Whether predictions are explained; otherwise scores.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    public IntegratedGradients(ExplainedNetwork explained, FeatureColumns columns, bool explainsPredictions, int rows)
        : base(explained, columns, explainsPredictions, rows, Math.Min(Capacity, rows * (2 * FirstPanels + 1)), withGradients: true)
    {
        (_points, _sums) = (new Real[checked(Function.Capacity * Function.Inputs)], new Real[checked(rows * Function.Inputs)]);
        (_outputs, _pointCounts) = (new int[Function.Capacity], new int[rows]);
        (_allowed, _tolerances) = (new double[rows], new double[rows]);
        _maxPoints = Math.Clamp(MaxValues / Function.Inputs, MaxPointsOfWideRows, MaxPointsOfNarrowRows);
    }

    /// <inheritdoc/>
    protected override void ExplainPrepared(
        ReadOnlyMatrix prepared, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var path = Affine.Forward(prepared);
        Score(path, outputs, rows);
        MakeFirstPanels(path, rows);

        // The contributions so far are the scale of the allowed errors. Where dF/dt oscillates, more panels show that the scale is smaller.
        _tolerances.AsSpan().Fill(ToleranceOfPanel);
        var isComplete = false;
        while (!isComplete)
        {
            isComplete = true;
            SumUp(prepared, contributions);
            for (var row = 0; row < rows.Length; row++) isComplete &= MeetsTolerance(row, rows[row], contributions.Row(row));
            OpenPanels();
            isComplete &= _open.Count == 0;
            while (_open.Count > 0) HalvePanels(path, rows);
        }
    }

    // Sets the allowed error of the panels of a row. Returns whether the sum is accurate, or cannot become so.
    private bool MeetsTolerance(int row, ExplainedRow values, ReadOnlySpan<Real> contributions)
    {
        double sum = 0, magnitudes = 0;
        foreach (var contribution in contributions)
        {
            sum += contribution;
            magnitudes += Math.Abs(contribution);
        }
        var rounding = RelativeRounding * (Math.Abs(values.Value) + Math.Abs(values.Baseline));
        var isAccurate = !(Math.Abs(sum - (values.Value - values.Baseline)) > Tolerance * magnitudes + rounding);
        var isLast = isAccurate || _tolerances[row] <= MinToleranceOfPanel || _pointCounts[row] >= _maxPoints;
        if (!isLast) _tolerances[row] /= 2;
        _allowed[row] = _tolerances[row] * magnitudes + rounding;
        return isLast;
    }

    private void MakeFirstPanels(ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        _path.Clear();
        _open.Clear();
        _accurate.Clear();
        for (var row = 0; row < rows.Length; row++)
        {
            for (var i = 0; i <= 2 * FirstPanels; i++) _path.Add(new Point { Row = row, Time = i / (2.0 * FirstPanels) });
            _pointCounts[row] = 2 * FirstPanels + 1;
        }
        Evaluate(0, path, rows);
        for (var row = 0; row < rows.Length; row++)
            for (var i = 0; i < FirstPanels; i++)
            {
                var first = row * (2 * FirstPanels + 1) + 2 * i;
                _accurate.Add(PanelOf(1.0 / FirstPanels, first, first + 1, first + 2));
            }
    }

    // Opens the panels again that are not accurate.
    private void OpenPanels()
    {
        var count = 0;
        for (var i = 0; i < _accurate.Count; i++)
        {
            if (MustHalve(_accurate[i])) _open.Add(_accurate[i]);
            else _accurate[count++] = _accurate[i];
        }
        _accurate.RemoveRange(count, _accurate.Count - count);
    }

    private void HalvePanels(ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        var evaluated = _path.Count;
        foreach (var panel in _open)
        {
            Point start = _path[panel.Start], middle = _path[panel.Middle];
            _path.Add(new Point { Row = start.Row, Time = start.Time + panel.Length / 4 });
            _path.Add(new Point { Row = start.Row, Time = middle.Time + panel.Length / 4 });
            _pointCounts[start.Row] += 2;
        }
        Evaluate(evaluated, path, rows);
        _next.Clear();
        foreach (var panel in _open)
        {
            Add(PanelOf(panel.Length / 2, panel.Start, evaluated++, panel.Middle));
            Add(PanelOf(panel.Length / 2, panel.Middle, evaluated++, panel.End));
        }
        (_open, _next) = (_next, _open);

        void Add(Panel panel)
        {
            if (MustHalve(panel)) _next.Add(panel);
            else _accurate.Add(panel);
        }
    }

    private bool MustHalve(Panel panel)
    {
        var row = _path[panel.Start].Row;
        return panel.Error > _allowed[row] && panel.Length > ShortestPanel && _pointCounts[row] < _maxPoints;
    }

    // The error is that of Simpson's rule for the difference of F.
    private Panel PanelOf(double length, int start, int middle, int end)
    {
        Point first = _path[start], last = _path[end];
        var integral = length / 6 * (first.Derivative + 4 * _path[middle].Derivative + last.Derivative);
        return new Panel(length, start, middle, end, Math.Abs(integral - (last.Value - first.Value)));
    }

    // Computes F, its gradient and dF/dt at the points from one on.
    private void Evaluate(int first, ReadOnlyMatrix path, ReadOnlySpan<ExplainedRow> rows)
    {
        var width = Function.Inputs;
        var length = checked(_path.Count * width);
        if (_gradients.Length < length) Array.Resize(ref _gradients, Math.Max(length, 2 * _gradients.Length));
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

    // Simpson's rule.
    private void Weigh(Panel panel)
    {
        var points = CollectionsMarshal.AsSpan(_path);
        points[panel.Start].Weight += panel.Length / 6;
        points[panel.Middle].Weight += panel.Length * 4 / 6;
        points[panel.End].Weight += panel.Length / 6;
    }

    // Contributions from the gradients at the points, by their weights.
    private void SumUp(ReadOnlyMatrix prepared, Matrix contributions)
    {
        foreach (ref var point in CollectionsMarshal.AsSpan(_path)) point.Weight = 0;
        foreach (var panel in _accurate) Weigh(panel);
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

    // A point of the path of a row: t, F, dF/dt, and the weight of its gradient.
    private struct Point
    {
        public int Row;
        public double Time, Value, Derivative, Weight;
    }

    // A part of a path, its points, and the error of its integral.
    private readonly record struct Panel(double Length, int Start, int Middle, int End, double Error);
}
