namespace Backprop.Optimizers;

/// <summary>Searches along a direction for a step length t that fulfils the strong Wolfe conditions. The caller evaluates J and its
/// derivative at the current trial; the search then computes the next trial.</summary>
/// <remarks>
/// Moré and Thuente (1994), "Line search algorithms with guaranteed sufficient decrease", ACM Transactions on Mathematical Software 20.
/// The search keeps an interval that contains a good step. Minimizers of cubics and parabolas through its ends shrink it. Until a point
/// with sufficient decrease and a derivative ≥ 0 was found, it uses J(t) − J(0) − c₁·t·J′(0) instead of J.
/// </remarks>
internal struct LineSearch
{
    private const double MaxStep = 1e10, RelativeWidth = 0.1;

    private readonly Point _start;
    private readonly double _sufficientDecrease, _curvature;
    private Point _best, _other;
    private bool _isBracketed, _seeksDecrease = true;
    private double _min, _max, _width = MaxStep, _widthBefore = 2 * MaxStep;

    /// <summary>Begins at t = 0.</summary>
    /// <param name="value">J(0).</param>
    /// <param name="derivative">J′(0) &lt; 0.</param>
    /// <param name="firstTrial">The t to try first; &gt; 0.</param>
    /// <param name="sufficientDecrease">c₁</param>
    /// <param name="curvature">c₂</param>
    public LineSearch(double value, double derivative, double firstTrial, double sufficientDecrease, double curvature)
    {
        (_start, _sufficientDecrease, _curvature, Trial) = (new Point(0, value, derivative), sufficientDecrease, curvature, firstTrial);
        (_best, _other, _max) = (_start, _start, 5 * firstTrial);
    }

    /// <summary>The t to try next, or the one that was found.</summary>
    public double Trial { get; private set; }

    /// <summary>Receives J and J′ at <see cref="Trial"/>. Returns true when the search ends: t was found, or the interval is too small for
    /// a better one.</summary>
    public bool Observe(double value, double derivative)
    {
        var trial = new Point(Trial, value, derivative);
        var promised = _sufficientDecrease * _start.Derivative;
        var falls = value <= _start.Value + Trial * promised;
        if (_seeksDecrease && falls && derivative >= 0) _seeksDecrease = false;
        if (falls && Math.Abs(derivative) <= -_curvature * _start.Derivative) return true;
        if (_isBracketed && (Trial <= _min || Trial >= _max || _max - _min <= RelativeWidth * _max)) return true;
        if (Trial == MaxStep && falls && derivative <= promised) return true;

        if (_seeksDecrease && value <= _best.Value && !falls)
        {
            (_best, _other) = (_best.Minus(promised), _other.Minus(promised));
            Narrow(trial.Minus(promised));
            (_best, _other) = (_best.Minus(-promised), _other.Minus(-promised));
        }
        else Narrow(trial);

        if (_isBracketed)
        {
            var width = Math.Abs(_other.Step - _best.Step);
            if (width >= 0.66 * _widthBefore) Trial = _best.Step + 0.5 * (_other.Step - _best.Step);
            (_widthBefore, _width) = (_width, width);
            (_min, _max) = (Math.Min(_best.Step, _other.Step), Math.Max(_best.Step, _other.Step));
        }
        else (_min, _max) = (Trial + 1.1 * (Trial - _best.Step), Trial + 4 * (Trial - _best.Step));
        Trial = Math.Clamp(Trial, 0, MaxStep);
        if (_isBracketed && (Trial <= _min || Trial >= _max || _max - _min <= RelativeWidth * _max)) Trial = _best.Step;
        return false;
    }

    // Chooses the next trial, and replaces an end of the interval by the current one.
    private void Narrow(Point trial)
    {
        var changesSign = trial.Derivative * Math.Sign(_best.Derivative) < 0;
        var next = NextTrial(trial, changesSign);
        if (trial.Value > _best.Value) _other = trial;
        else
        {
            if (changesSign) _other = _best;
            _best = trial;
        }
        Trial = next;
    }

    private double NextTrial(Point trial, bool changesSign)
    {
        if (trial.Value > _best.Value)
        {
            // Higher: the minimum is between the two points.
            _isBracketed = true;
            double cubic = Cubic(_best, trial),
                parabola = _best.Step + _best.Derivative / (
                    (_best.Value - trial.Value) / (trial.Step - _best.Step) + _best.Derivative) / 2 * (trial.Step - _best.Step);
            return Math.Abs(cubic - _best.Step) < Math.Abs(parabola - _best.Step) ? cubic : cubic + (parabola - cubic) / 2;
        }
        var secant = trial.Step + trial.Derivative / (trial.Derivative - _best.Derivative) * (_best.Step - trial.Step);
        if (changesSign)
        {
            // Lower, and J rises already: here too, the minimum is between the two points.
            _isBracketed = true;
            var cubic = Cubic(trial, _best);
            return Math.Abs(cubic - trial.Step) > Math.Abs(secant - trial.Step) ? cubic : secant;
        }
        if (Math.Abs(trial.Derivative) < Math.Abs(_best.Derivative))
        {
            // Lower, and J is flatter: the cubic may have its minimum beyond this point, or none at all.
            var cubic = CubicBeyond(trial);
            if (!_isBracketed)
                return Math.Clamp(Math.Abs(cubic - trial.Step) > Math.Abs(secant - trial.Step) ? cubic : secant, _min, _max);
            var nearer = Math.Abs(cubic - trial.Step) < Math.Abs(secant - trial.Step) ? cubic : secant;
            var limit = trial.Step + 0.66 * (_other.Step - trial.Step);
            return trial.Step > _best.Step ? Math.Min(limit, nearer) : Math.Max(limit, nearer);
        }
        if (_isBracketed) return Cubic(trial, _other);
        return trial.Step > _best.Step ? _max : _min;
    }

    // The minimizer of the cubic with the values and derivatives of two points.
    private static double Cubic(Point from, Point to)
    {
        var (theta, gamma) = CubicTerms(from, to);
        var ratio = (gamma - from.Derivative + theta) / (gamma - from.Derivative + gamma + to.Derivative);
        return from.Step + ratio * (to.Step - from.Step);
    }

    private readonly double CubicBeyond(Point trial)
    {
        var (theta, gamma) = CubicTerms(trial, _best);
        var ratio = (gamma - trial.Derivative + theta) / (gamma + (_best.Derivative - trial.Derivative) + gamma);
        return ratio < 0 && gamma != 0 ? trial.Step + ratio * (_best.Step - trial.Step) : trial.Step > _best.Step ? _max : _min;
    }

    private static (double Theta, double Gamma) CubicTerms(Point from, Point to)
    {
        var theta = 3 * (from.Value - to.Value) / (to.Step - from.Step) + from.Derivative + to.Derivative;
        var scale = Math.Max(Math.Abs(theta), Math.Max(Math.Abs(from.Derivative), Math.Abs(to.Derivative)));
        var gamma = scale * Math.Sqrt(Math.Max(0, theta / scale * (theta / scale) - from.Derivative / scale * (to.Derivative / scale)));
        return (theta, to.Step < from.Step ? -gamma : gamma);
    }

    private readonly record struct Point(double Step, double Value, double Derivative)
    {
        public Point Minus(double derivative) => new(Step, Value - Step * derivative, Derivative - derivative);
    }
}
