using Backprop.Metrics;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The validation checks of one run, and the selection of its best epoch.</summary>
internal sealed class EpochValidation
{
    private readonly RunRequest _request;
    private readonly RunData _data;
    private readonly TrainingState _state;
    private readonly Calibration _calibration;
    private readonly ValidationCheck? _check;
    private readonly Metric? _metric;
    private readonly MemberTeam? _team;
    private readonly TrainedNetwork? _units; // determines how scores are scaled and limited; its parameters are not used

    /// <summary>Prepares the checks; without validation data they do nothing.</summary>
    public EpochValidation(
        TrainingOptions options, RunRequest request, RunData data, RunBatches batches, TrainingState state, Calibration calibration,
        MemberTeam? team)
    {
        (_request, _data, _state, _team) = (request, data, state, team);
        _calibration = calibration;
        _metric = data.Evaluator is null ? null : options.EarlyStopping?.Metric;
        if (batches.Validation is not { } validation) return;
        var network = request.Network;
        var limits = data.Bounds?.Scaled(data.Targets).ToLimits(options.Loss, network.Outputs);
        var evaluator = _metric is null && !calibration.IsNeeded ? null : data.Evaluator;
        _check = new ValidationCheck(batches.Step, validation, evaluator, limits, request.Stop)
        {
            LossOfRanks = SharedLoss(options, network, data, batches, team, request.Stop),
        };
        if (_metric is not null && team is not { IsFirst: false })
            _units = new TrainedNetwork(
                network, team is null ? state.Parameters : new Real[network.ParameterCount], options.Loss, data.Inputs, data.Targets,
                data.Bounds);
    }

    /// <summary>The name of the value that epochs are compared by.</summary>
    public string SelectedBy => _metric?.GetType().Name ?? "validation loss";

    /// <summary>Validates an epoch.</summary>
    /// <returns>The loss and the metric of the validation data. They are null if there are none, or if training had to end
    /// before.</returns>
    /// <exception cref="TrainingDivergedException">The validation loss is not finite.</exception>
    /// <exception cref="InvalidOperationException">The metric is not defined for the validation data.</exception>
    public (double? Loss, double? Metric) Check(int epoch)
    {
        if (_check is null || (_team is null ? _request.Stop.IsCancelled : _team.IsCancelled)) return default;
        return _team is null ? Measure(_check, epoch) : _team.Share(Measure(_check, epoch), _request.Stop);
    }

    // Null for one process.
    private static LossOfRanks? SharedLoss(
        TrainingOptions options, Network network, RunData data, RunBatches batches, MemberTeam? team, StopCondition stop)
    {
        var validation = batches.Validation!;
        if (team is not null)
            return (step, limits, evaluator) => team.MeanLoss(
                step, validation, options with { Loss = data.Loss }, () => batches.OfValidation(network)!, limits, evaluator);
        if (batches.Reducer is not { } reducer) return null;
        return new SharedValidation(reducer, validation, network.Outputs, stop).MeanLoss;
    }

    private (double? Loss, double? Metric) Measure(ValidationCheck check, int epoch)
    {
        if (check.MeanLoss(epoch) is not { } loss || _team is { IsFirst: false }) return default;
        if (!double.IsFinite(loss)) throw new TrainingDivergedException(epoch, $"the validation loss became {loss}", _state.LearningRate);
        if (_metric is null) return (loss, null);

        // Without its metric, the loss of this epoch would be compared with the metrics of others.
        if (check.Measure(_metric, _units!) is not { } value) return default;
        if (!double.IsFinite(value))
            throw new InvalidOperationException(
                $"{_metric} of the validation data is {value}: the metric is not defined for this data. Use another metric or more rows.");
        return (loss, value);
    }

    /// <summary>Records an epoch: its parameters if it is the best, and its scores if calibration may need them.</summary>
    /// <param name="report">The epoch.</param>
    /// <param name="cycle">The number of cycles of the learning rate that ended before its last step.</param>
    /// <returns>Whether early stopping ends training.</returns>
    public bool Observe(EpochReport report, int cycle)
    {
        var (best, epoch) = (_state.Best, report.Epoch);
        if (report.ValidationLoss is not { } loss) return false;
        var mustEnd = best is not null && best.Observe(epoch, report.ValidationMetric ?? loss, _state.Predictor);
        if (_state.Cycles is { } cycles) mustEnd |= cycles.Observe(cycle, loss, report.TrainingLoss);
        if (_calibration.IsNeeded && (best is null || best.Epoch == epoch)) _data.Evaluator!.Keep(epoch);
        return mustEnd;
    }
}
