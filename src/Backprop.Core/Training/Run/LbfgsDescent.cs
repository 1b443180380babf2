using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>One training run of <see cref="Lbfgs"/>: repeatedly computes a direction, and searches along it.</summary>
internal sealed class LbfgsDescent : IDescent
{
    private readonly Lbfgs _rule;
    private readonly TrainingStep _step;
    private readonly Minibatches _batches;
    private readonly StopCondition _stop;
    private readonly Real[] _parameters, _start, _startGradient;
    private readonly double[] _direction;
    private readonly LbfgsMemory _memory;
    private bool _remembers, _hasGradient, _isDone;
    private double _loss, _objective;

    /// <param name="rule">The options.</param>
    /// <param name="step">Computes the loss and the gradient.</param>
    /// <param name="batches">All examples, in one batch.</param>
    /// <param name="parameters">The parameters to update.</param>
    /// <param name="stop">Checked before every evaluation of all examples. It can end a search.</param>
    public LbfgsDescent(Lbfgs rule, TrainingStep step, Minibatches batches, Real[] parameters, StopCondition stop)
    {
        _stop = stop;
        (_rule, _step, _batches, _parameters) = (rule, step, batches, parameters);
        (_start, _startGradient, _direction) = (new Real[parameters.Length], new Real[parameters.Length], new double[parameters.Length]);
        _memory = new LbfgsMemory(parameters.Length, rule.History);
    }

    /// <summary>Whether the gradient is within the tolerance, or no step along −g lowers the loss any more.</summary>
    public bool IsDone => _isDone;

    /// <summary>Makes one step. If training must end during the step, the parameters are restored, unless the search has found a lower
    /// point.</summary>
    /// <param name="batch">Always 0: the batch of all examples.</param>
    /// <param name="values">α is the first trial of the line search.</param>
    /// <returns>The loss before the step, without penalties.</returns>
    public (double Loss, double Weight) Learn(int batch, in StepValues values) => (Learn(values.LearningRate), 1);

    /// <inheritdoc/>
    public void Visit(StateVisitor visitor)
    {
        visitor.Part("memory", _memory.Visit);
        visitor.Vector("gradient", _step.Gradient);
        visitor.Number("loss", ref _loss);
        visitor.Number("objective", ref _objective);
        visitor.Flag("has a gradient", ref _hasGradient);
        visitor.Flag("remembers", ref _remembers);
        visitor.Flag("is done", ref _isDone);
    }

    private double Learn(double learningRate)
    {
        if (!_hasGradient)
        {
            Evaluate();
            if (_step.IsAbandoned) return 0;
            _hasGradient = true;
        }
        var loss = _loss;
        if (!double.IsFinite(_objective)) return loss;
        if (LargestDerivative() <= _rule.GradientTolerance)
        {
            _isDone = true;
            return loss;
        }

        _parameters.CopyTo(_start, 0);
        _step.Gradient.CopyTo(_startGradient);
        _memory.Direction(_startGradient, _direction);
        if (Derivative() >= 0) Forget();
        var objective = _objective;
        if (Search(objective, learningRate))
        {
            _memory.Add(_start, _parameters, _startGradient, _step.Gradient);
            _remembers = true;
            _step.ObserveStatistics();
            return loss;
        }

        // The remembered steps may be misleading. So steepest descent is tried once before training ends.
        _start.CopyTo(_parameters, 0);
        if (_stop.MustEnd) return loss;
        Evaluate();
        if (_step.IsAbandoned) return loss;
        _isDone = !_remembers;
        Forget();
        return loss;
    }

    private void Forget()
    {
        _memory.Clear();
        _memory.Direction(_startGradient, _direction);
        _remembers = false;
    }

    // Returns true if a lower point was found. The parameters are then at this point.
    private bool Search(double objective, double firstTrial)
    {
        var derivative = Derivative();
        var search = new LineSearch(objective, derivative, firstTrial, _rule.SufficientDecrease, _rule.Curvature);
        for (var evaluations = 0; evaluations < _rule.MaximumEvaluations; evaluations++)
        {
            for (var i = 0; i < _parameters.Length; i++) _parameters[i] = (Real)(_start[i] + search.Trial * _direction[i]);
            Evaluate();
            if (_step.IsAbandoned) return false;
            if (!double.IsFinite(_objective))
            {
                // The loss overflows: begin again with a smaller step.
                firstTrial = search.Trial / 10;
                search = new LineSearch(objective, derivative, firstTrial, _rule.SufficientDecrease, _rule.Curvature);
                continue;
            }
            if (search.Observe(_objective, Derivative()) || _stop.MustEnd) break;
        }
        return double.IsFinite(_objective) && _objective < objective;
    }

    private void Evaluate()
    {
        _stop.CheckBeforeStep();
        (_loss, _objective) = _step.Differentiate(_batches, 0);
    }

    private double Derivative() => LbfgsMemory.DirectionalDerivative(_step.Gradient, _direction);

    private double LargestDerivative()
    {
        double largest = 0;
        foreach (var g in _step.Gradient) largest = Math.Max(largest, Math.Abs((double)g));
        return largest;
    }
}
