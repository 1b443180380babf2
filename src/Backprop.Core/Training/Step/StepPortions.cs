using Backprop.Networks;

namespace Backprop.Training;

/// <summary>
/// Divides the work of a step on many rows into portions. The step can be abandoned between two portions. Small steps have one portion.
/// </summary>
/// <remarks>
/// One thread of the team, the caller's, checks whether training must end; the others read the result. A portion takes some ten
/// milliseconds.
/// </remarks>
internal sealed class StepPortions
{
    private readonly StopCondition? _stop;
    private volatile bool _isAbandoned;
    private bool _isTraining;

    /// <param name="network">The network.</param>
    /// <param name="batchSize">Maximum number of rows of a step.</param>
    /// <param name="stop">Ends a step; null for never.</param>
    public StepPortions(Network network, int batchSize, StopCondition? stop)
    {
        _stop = stop;
        // Forward, gradient of the inputs, gradient of the parameters: a multiplication and an addition each.
        var workOfRow = network.Layers.Sum(layer => 6.0 * Math.Max(layer.ParameterCount, layer.Inputs + layer.Outputs));
        if (stop is null || workOfRow * batchSize < stop.Checks.LargeStep) return;
        IsLarge = true;
        MaxRows = (int)Math.Clamp(stop.Checks.StepPortion / workOfRow, stop.Checks.MinRows, int.MaxValue);
        MaxParameters = (int)Math.Clamp(stop.Checks.StepPortion / (2.0 * batchSize), stop.Checks.MinParameters, int.MaxValue);
    }

    /// <summary>Whether steps have several portions.</summary>
    public bool IsLarge { get; }

    /// <summary>Rows of a portion.</summary>
    public int MaxRows { get; } = int.MaxValue;

    /// <summary>Parameters that are differentiated together.</summary>
    public int MaxParameters { get; } = int.MaxValue;

    /// <summary>Whether the step was abandoned.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Begins a step.</summary>
    public void Begin(bool isTraining) => (_isTraining, _isAbandoned) = (isTraining, false);

    /// <summary>Abandons the step.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>Runs phases one after another, until the step is abandoned. All threads have ended a phase before the next
    /// begins.</summary>
    public void Run(Action[] phases)
    {
        foreach (var phase in phases)
        {
            if (_isAbandoned) return;
            phase();
        }
    }

    /// <summary>Whether a thread may begin its next portion.</summary>
    /// <param name="worker">Index of the thread; 0 is the caller of the step.</param>
    /// <param name="isDue">Whether it has done a portion since the step began.</param>
    public bool MayGoOn(int worker, bool isDue)
    {
        if (isDue && IsLarge && worker == 0 && !_isAbandoned) CheckStop();
        return !_isAbandoned;
    }

    private void CheckStop()
    {
        try
        {
            if (_stop!.Abandons(_isTraining)) _isAbandoned = true;
        }
        catch
        {
            _isAbandoned = true; // the other threads can end, too
            throw;
        }
    }
}
