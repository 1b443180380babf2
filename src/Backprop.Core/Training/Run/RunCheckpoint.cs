namespace Backprop.Training;

/// <summary>The checkpoints of one run: reads the file at its start, and writes it after epochs.</summary>
/// <remarks>A refit has files of its own, whose names end with <c>.refit</c>.</remarks>
internal sealed class RunCheckpoint : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _facts;
    private readonly TrainingState _state;
    private readonly StopCondition _stop;
    private readonly int _epochs;
    private readonly MemberTeam? _team;
    private readonly FileStream? _lock; // null on a rank that leaves the files to rank 0
    private TimeSpan _lastTime;
    private int _lastEpoch;

    private RunCheckpoint(
        Checkpoint checkpoint, IReadOnlyList<KeyValuePair<string, string>> facts, TrainingState state, StopCondition stop, int epochs,
        MemberTeam? team)
    {
        (_checkpoint, _facts, _state, _stop, _epochs, _team) = (checkpoint, facts, state, stop, epochs, team);
        if (team is not { IsFirst: false }) _lock = Lock(checkpoint.Path);
    }

    /// <summary>Whether the training of the file had ended.</summary>
    public bool HasEnded { get; private set; }

    private bool IsRefit { get; init; }

    /// <summary>Opens the checkpoints of a run, and continues from the newest file that is whole.</summary>
    /// <param name="options">The options; null is returned if they have no checkpoint.</param>
    /// <param name="facts">Returns what the file and this run must have in common.</param>
    /// <param name="state">The state at the start, which the file replaces.</param>
    /// <param name="request">The run.</param>
    /// <param name="team">The ranks that share the members; null for one process. The file has all members, so it does not depend on the
    /// number of ranks.</param>
    /// <exception cref="InvalidOperationException">The file belongs to another training or is in use.</exception>
    /// <exception cref="FormatException">The file is damaged, and so are earlier ones.</exception>
    public static RunCheckpoint? Open(
        TrainingOptions options, Func<IReadOnlyList<KeyValuePair<string, string>>> facts, TrainingState state, RunRequest request,
        MemberTeam? team)
    {
        if (options.Checkpoint is not { } checkpoint) return null;
        if (request.Refit is not null) checkpoint = checkpoint.ForRefit();
        var run = new RunCheckpoint(checkpoint, facts(), state, request.Stop, options.NumberOfIterations, team)
        {
            IsRefit = request.Refit is not null,
        };
        try
        {
            if (!checkpoint.Restart) run.Resume();
            run._lastTime = request.Stop.Elapsed;
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is time to write the file after this epoch.</summary>
    /// <param name="hasEnded">Whether no other epoch follows, however often the training is continued.</param>
    public bool IsDue(bool hasEnded) =>
        hasEnded || _checkpoint.Every.IsOver(_state.Epoch - _lastEpoch, _stop.Elapsed - _lastTime);

    /// <summary>Writes the file.</summary>
    /// <param name="hasEnded">Whether no other epoch follows, however often the training is continued.</param>
    public void Write(bool hasEnded)
    {
        (_lastEpoch, _lastTime) = (_state.Epoch, _stop.Elapsed);
        var state = StateWriter.Write(_state.Visit);
        if (_team is { IsFirst: false }) _team.SendState(state);
        else Write(_team is null ? state : _team.GatherState(state), hasEnded);
    }

    public void Dispose() => _lock?.Dispose();

    private void Write(IReadOnlyList<StateEntry> state, bool hasEnded)
    {
        try
        {
            for (var age = _checkpoint.Keep - 1; age > 0; age--)
                if (File.Exists(_checkpoint.FileOf(age - 1)))
                    File.Move(_checkpoint.FileOf(age - 1), _checkpoint.FileOf(age), overwrite: true);
            var content = new CheckpointContent(_facts, _state.Epoch, _epochs, hasEnded, _stop.Elapsed.TotalSeconds, state);
            CheckpointFile.Write(_checkpoint.Path, content);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _stop.Reports.Warn(
                $"{nameof(Checkpoint)} '{_checkpoint.Path}' could not be written: {problem.Message} Training continues without it.");
        }
    }

    private void Resume()
    {
        if (_team is { IsFirst: false })
        {
            if (_team.ReceiveCheckpoint() is { } received) Adopt(received);
            return;
        }
        var content = ResumeFromFile();
        _team?.SendCheckpoint(content);
    }

    // Null if there is no file.
    private CheckpointContent? ResumeFromFile()
    {
        List<string> damaged = [];
        foreach (var file in _checkpoint.Files.Where(File.Exists))
        {
            try
            {
                var content = CheckpointFile.Read(file);
                Resume(file, content);
                if (damaged.Count > 0) _stop.Reports.Warn($"{string.Join(" ", damaged)} Training continues from '{file}'.");
                return content;
            }
            catch (FormatException problem)
            {
                damaged.Add(CheckpointFile.Unreadable(file, problem));
            }
        }
        if (damaged.Count > 0)
            throw new FormatException($"{string.Join(" ", damaged)} Delete it, or set {nameof(Checkpoint)}.{nameof(Checkpoint.Restart)}.");
        return null;
    }

    private void Resume(string file, CheckpointContent content)
    {
        var differences = TrainingFacts.Differences(content.Facts, _facts);
        if (differences.Length > 0)
            throw new InvalidOperationException(
                $"{nameof(Checkpoint)} '{file}' belongs to another training: {differences}. Use another path for this training, or set "
                + $"{nameof(Checkpoint)}.{nameof(Checkpoint.Restart)} to train from the start.");
        Adopt(content);
        _stop.Reports.Note($"Resumed at epoch {content.Epoch:N0} of {content.Epochs:N0}, from '{file}'.");
    }

    private void Adopt(CheckpointContent content)
    {
        StateReader.Read(_team is null ? content.State : _team.CutState(content.State), _state.Visit);
        var epoch = _state.Epoch;
        if (epoch != content.Epoch || epoch != _state.History.Count || epoch > _epochs || _state.Best?.Epoch > epoch)
            throw new FormatException($"Its state is that of epoch {_state.Epoch}, with a history of {_state.History.Count} epochs.");
        (HasEnded, _lastEpoch) = (content.HasEnded, _state.Epoch);
        // A refit has the clock of the first run, whose time is in both files.
        var earlier = TimeSpan.FromSeconds(content.Seconds);
        _stop.AddEarlierTime(IsRefit ? earlier - _stop.OwnElapsed : earlier);
        _stop.HasModel = _state.Steps > 0;
    }

    // The lock ends with the process, however it ends.
    private static FileStream Lock(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidOperationException($"{nameof(Checkpoint)} '{path}' is a folder. Name a file.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
            throw new InvalidOperationException($"The folder of {nameof(Checkpoint)} '{path}' does not exist. Create it before training.");
        try
        {
            return new FileStream(
                $"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new InvalidOperationException($"{nameof(Checkpoint)} '{path}' cannot be written: {problem.Message}", problem);
        }
        catch (IOException problem)
        {
            throw new InvalidOperationException(
                $"{nameof(Checkpoint)} '{path}' is used by another training, or cannot be written: {problem.Message} Use one path for each "
                + $"training.", problem);
        }
    }
}
