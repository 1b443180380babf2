namespace Backprop.Training;

/// <summary>What a training run reports besides its epochs: the phases as they begin, and warnings.</summary>
/// <param name="phases">Receives every phase; null where phases are not reported.</param>
/// <param name="warn">Receives every warning when it is found; null where the result alone lists them.</param>
/// <param name="note">Receives notes that need no action; null where notes are dropped.</param>
internal sealed class RunReports(IProgress<TrainingPhaseReport>? phases = null, Action<string>? warn = null, Action<string>? note = null)
{
    private readonly List<string> _warnings = [];

    /// <summary>All warnings so far, in order.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The phase that runs.</summary>
    public TrainingPhaseReport? Current { get; private set; }

    /// <summary>Says that a phase begins.</summary>
    public void Begin(TrainingPhase phase, FormattableString description, int epoch = 0)
    {
        Current = new TrainingPhaseReport(phase, FormattableString.Invariant(description), epoch);
        phases?.Report(Current);
    }

    /// <summary>Says something that is no warning.</summary>
    public void Note(FormattableString text) => note?.Invoke(FormattableString.Invariant(text));

    /// <summary>Warns, once for each text.</summary>
    public void Warn(FormattableString warning)
    {
        var text = FormattableString.Invariant(warning);
        if (_warnings.Contains(text)) return;
        _warnings.Add(text);
        warn?.Invoke(text);
    }
}
