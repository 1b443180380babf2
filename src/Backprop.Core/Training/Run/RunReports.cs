namespace Backprop.Training;

/// <summary>The reports of a training run except its epochs: phases, warnings and notes.</summary>
/// <param name="phases">Receives every phase when it begins; null if phases are not reported.</param>
/// <param name="warn">Receives every warning at once; null if only the result lists them.</param>
/// <param name="note">Receives notes, which need no action; null if notes are dropped.</param>
/// <param name="advise">Receives warnings about times, which are no part of the result; null if they are dropped.</param>
internal sealed class RunReports(
    IProgress<TrainingPhaseReport>? phases = null, Action<string>? warn = null, Action<string>? note = null, Action<string>? advise = null)
{
    private readonly List<string> _warnings = [];

    /// <summary>All warnings so far, in order.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The current phase.</summary>
    public TrainingPhaseReport? Current { get; private set; }

    /// <summary>Reports that a phase begins.</summary>
    public void Begin(TrainingPhase phase, FormattableString description, int epoch = 0, int plannedEpochs = 0)
    {
        Current = new TrainingPhaseReport(phase, FormattableString.Invariant(description), epoch) { PlannedEpochs = plannedEpochs };
        phases?.Report(Current);
    }

    /// <summary>Reports a note.</summary>
    public void Note(FormattableString text) => note?.Invoke(FormattableString.Invariant(text));

    /// <summary>Warns about times. They differ between machines, and results do not, so no result lists this warning.</summary>
    public void Advise(string warning) => advise?.Invoke(warning);

    /// <summary>Warns, once for each text.</summary>
    public void Warn(FormattableString warning)
    {
        var text = FormattableString.Invariant(warning);
        if (_warnings.Contains(text)) return;
        _warnings.Add(text);
        warn?.Invoke(text);
    }
}
