using Backprop.Numerics;
using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>All schedules of one training run.</summary>
internal sealed class ScheduledValues(TrainingOptions options)
{
    private readonly double _learningRate = options.LearningRate ?? options.Optimizer.DefaultLearningRate;
    private readonly ScheduleState _rate = options.LearningRateSchedule.Start();
    private readonly ScheduleState? _decay = options.WeightDecaySchedule?.Start(), _momentum = options.MomentumSchedule?.Start();
    private readonly ScheduleState? _dropout = options.DropoutSchedule?.Start(), _smoothing = options.LabelSmoothingSchedule?.Start();

    /// <summary>The values of the next step.</summary>
    public StepValues At(TrainingMoment moment) => new(
        _learningRate * _rate.FactorAt(moment), options.WeightAveraging?.ShareAt(moment) ?? 1, _decay?.FactorAt(moment) ?? 1,
        _momentum?.FactorAt(moment) ?? 1,
        _dropout?.FactorAt(moment) ?? 1, _smoothing?.FactorAt(moment) ?? 1);

    /// <summary>Shows the memory of all schedules to a visitor.</summary>
    public void Visit(StateVisitor visitor)
    {
        visitor.Part("learning rate", _rate.Visit);
        if (_decay is not null) visitor.Part("weight decay", _decay.Visit);
        if (_momentum is not null) visitor.Part("momentum", _momentum.Visit);
        if (_dropout is not null) visitor.Part("dropout", _dropout.Visit);
        if (_smoothing is not null) visitor.Part("label smoothing", _smoothing.Visit);
    }

    /// <summary>Records an epoch.</summary>
    public void Observe(double loss)
    {
        _rate.Observe(loss);
        _decay?.Observe(loss);
        _momentum?.Observe(loss);
        _dropout?.Observe(loss);
        _smoothing?.Observe(loss);
    }
}
