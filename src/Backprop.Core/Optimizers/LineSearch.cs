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
    private bool _isBracketed, _looksForDecrease = true;
    private double _least, _most, _width = MaxStep, _widthBefore = 2 * MaxStep;

    /// <summary>Begins at t = 0.</summary>
    /// <param name="value">J(0).</param>
    /// <param name="slope">J′(0) &lt; 0.</param>
    /// <param name="firstTrial">The t to try first; &gt; 0.</param>
    /// <param name="sufficientDecrease">c₁</param>
    /// <param name="curvature">c₂</param>
    public LineSearch(double value, double slope, double firstTrial, double sufficientDecrease, double curvature)
    {
        (_start, _sufficientDecrease, _curvature, Trial) = (new Point(0, value, slope), sufficientDecrease, curvature, firstTrial);
        (_best, _other, _most) = (_start, _start, 5 * firstTrial);
    }

    /// <summary>The t to try next, or the one that was found.</summary>
    public double Trial { get; private set; }

    /// <summary>Takes note of J and J′ at <see cref="Trial"/>; true when the search is over: it was found, or there is no room for a better
    /// one.</summary>
    public bool Observe(double value, double slope)
    {
        var trial = new Point(Trial, value, slope);
        var promised = _sufficientDecrease * _start.Slope;
        var falls = value <= _start.Value + Trial * promised;
        if (_looksForDecrease && falls && slope >= 0) _looksForDecrease = false;
        if (falls && Math.Abs(slope) <= -_curvature * _start.Slope) return true;
        if (_isBracketed && (Trial <= _least || Trial >= _most || _most - _least <= RelativeWidth * _most)) return true;
        if (Trial == MaxStep && falls && slope <= promised) return true;

        if (_looksForDecrease && value <= _best.Value && !falls)
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
            (_least, _most) = (Math.Min(_best.Step, _other.Step), Math.Max(_best.Step, _other.Step));
        }
        else (_least, _most) = (Trial + 1.1 * (Trial - _best.Step), Trial + 4 * (Trial - _best.Step));
        Trial = Math.Clamp(Trial, 0, MaxStep);
        if (_isBracketed && (Trial <= _least || Trial >= _most || _most - _least <= RelativeWidth * _most)) Trial = _best.Step;
        return false;
    }

    // Chooses the next trial, and replaces an end of the interval by the present one.
    private void Narrow(Point trial)
    {
        var turns = trial.Slope * Math.Sign(_best.Slope) < 0;
        var next = NextTrial(trial, turns);
        if (trial.Value > _best.Value) _other = trial;
        else
        {
            if (turns) _other = _best;
            _best = trial;
        }
        Trial = next;
    }

    private double NextTrial(Point trial, bool turns)
    {
        if (trial.Value > _best.Value)
        {
            // Higher: a minimum lies between.
            _isBracketed = true;
            double cubic = Cubic(_best, trial),
                parabola = _best.Step + _best.Slope / (
                    (_best.Value - trial.Value) / (trial.Step - _best.Step) + _best.Slope) / 2 * (trial.Step - _best.Step);
            return Math.Abs(cubic - _best.Step) < Math.Abs(parabola - _best.Step) ? cubic : cubic + (parabola - cubic) / 2;
        }
        var secant = trial.Step + trial.Slope / (trial.Slope - _best.Slope) * (_best.Step - trial.Step);
        if (turns)
        {
            // Lower, and already rising: a minimum lies between here, too.
            _isBracketed = true;
            var cubic = Cubic(trial, _best);
            return Math.Abs(cubic - trial.Step) > Math.Abs(secant - trial.Step) ? cubic : secant;
        }
        if (Math.Abs(trial.Slope) < Math.Abs(_best.Slope))
        {
            // Lower, and flatter: the cubic may have its minimum beyond, or none at all.
            var cubic = CubicBeyond(trial);
            if (!_isBracketed)
                return Math.Clamp(Math.Abs(cubic - trial.Step) > Math.Abs(secant - trial.Step) ? cubic : secant, _least, _most);
            var nearer = Math.Abs(cubic - trial.Step) < Math.Abs(secant - trial.Step) ? cubic : secant;
            var limit = trial.Step + 0.66 * (_other.Step - trial.Step);
            return trial.Step > _best.Step ? Math.Min(limit, nearer) : Math.Max(limit, nearer);
        }
        if (_isBracketed) return Cubic(trial, _other);
        return trial.Step > _best.Step ? _most : _least;
    }

    // The minimizer of the cubic with the values and derivatives of two points.
    private static double Cubic(Point from, Point to)
    {
        var (theta, gamma) = CubicTerms(from, to);
        var ratio = (gamma - from.Slope + theta) / (gamma - from.Slope + gamma + to.Slope);
        return from.Step + ratio * (to.Step - from.Step);
    }

    private readonly double CubicBeyond(Point trial)
    {
        var (theta, gamma) = CubicTerms(trial, _best);
        var ratio = (gamma - trial.Slope + theta) / (gamma + (_best.Slope - trial.Slope) + gamma);
        return ratio < 0 && gamma != 0 ? trial.Step + ratio * (_best.Step - trial.Step) : trial.Step > _best.Step ? _most : _least;
    }

    private static (double Theta, double Gamma) CubicTerms(Point from, Point to)
    {
        var theta = 3 * (from.Value - to.Value) / (to.Step - from.Step) + from.Slope + to.Slope;
        var scale = Math.Max(Math.Abs(theta), Math.Max(Math.Abs(from.Slope), Math.Abs(to.Slope)));
        var gamma = scale * Math.Sqrt(Math.Max(0, theta / scale * (theta / scale) - from.Slope / scale * (to.Slope / scale)));
        return (theta, to.Step < from.Step ? -gamma : gamma);
    }

    private readonly record struct Point(double Step, double Value, double Slope)
    {
        public Point Minus(double slope) => new(Step, Value - Step * slope, Slope - slope);
    }
}
