using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>How a value changes during training: its factor at every moment. Immutable; the state of one run is the
/// <see cref="ScheduleState"/> that it starts.</summary>
/// <remarks>A new schedule is one file in this folder and one entry in <see cref="All"/>. It can be used for any value: a learning rate, a
/// dropout rate, a weight decay.</remarks>
public abstract record Schedule
{
    /// <summary>Begins one training run.</summary>
    public virtual ScheduleState Start() => new Planned(this);

    /// <summary>The factor at a moment. For schedules that depend on the losses, the factor at the beginning.</summary>
    /// <returns>At least 0 and finite.</returns>
    public abstract double FactorAt(TrainingMoment moment);

    /// <summary>The number of cycles that ended before a moment. A cycle ends where the factor stops falling and rises again.</summary>
    /// <returns>0 for a schedule without cycles.</returns>
    public virtual int CyclesBefore(TrainingMoment moment) => 0;

    /// <summary>Whether the factor depends only on the moment, not on the losses.</summary>
    internal bool FollowsPlan => Start() is Planned;

    /// <summary>One of each schedule in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Schedule> All { get; } =
    [
        new ConstantSchedule(), new CosineDecay(), new CosineLogarithmicSchedule(), new CosineRestarts(), new CyclicSchedule(),
        new ExponentialDecay(), new FlatCosineSchedule(),
        new InverseScaling(), new InverseTimeDecay(), new MultiStepDecay(), new OneCycleMomentum(), new OneCycleSchedule(),
        new PolynomialDecay(), new ReduceOnPlateau(),
        new StepDecay(),
    ];

    // Falls from 1 to 0 along half a cosine while x rises from 0 to 1.
    private protected static double HalfCosine(double x) => (1 + Math.Cos(Math.PI * x)) / 2;

    private sealed class Planned(Schedule schedule) : ScheduleState
    {
        public override double FactorAt(TrainingMoment moment) => schedule.FactorAt(moment);
    }
}

/// <summary>A schedule in the course of one training run.</summary>
public abstract class ScheduleState
{
    /// <summary>The factor of the next step.</summary>
    public abstract double FactorAt(TrainingMoment moment);

    /// <summary>Receives the validation loss after each validation check, or the training loss after each epoch if there is no validation
    /// data.</summary>
    public virtual void Observe(double loss)
    {
    }

    /// <summary>Shows its memory to a visitor. Only schedules that depend on the losses have any.</summary>
    public virtual void Visit(StateVisitor visitor)
    {
    }
}
