using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>One search: draws trials, trains them, selects among them, and blends those that were selected.</summary>
/// <param name="search">The limits of the search.</param>
/// <param name="space">The options that are varied.</param>
/// <param name="preset">The values of the preset, and those that the caller set.</param>
/// <param name="runner">Trains a trial.</param>
/// <param name="stop">Ends the search, and receives its reports.</param>
/// <param name="queue">Distributes the trials over ranks; null to train them here, one after the other.</param>
internal sealed class SearchRun(
    Search search, SearchSpace space, PresetValues preset, ITrialRunner runner, StopCondition stop, WorkQueue? queue = null)
{
    // A quarter of the epochs show which values are bad. Half of the cost of a round is for such short trials. The other half trains the
    // best of them with all epochs.
    private const int EpochsOfShortTrials = 4, MinEpochs = 4;
    private const double CostOfRound = 5, ShareOfShortTrials = 0.5;

    private const int MaxCopies = 25;

    private readonly List<Entry> _entries = [];
    private readonly double _limit = search.CostLimit(stop.Limit);
    private TrainingResult? _first;
    private long _ticksOfFirst;
    private double _unitCost, _planned, _limitOfRound;
    private int _drawn;
    private bool _hasEnded;

    /// <summary>Runs the search.</summary>
    /// <exception cref="TrainingDivergedException">The first trial diverged.</exception>
    public TrainingResult Run()
    {
        var first = TrialSettings.First;
        _unitCost = WorkOf(first);
        var drawn = Train(FirstBatch(first));
        if (_entries.Count == 0) return _first!;
        while (!_hasEnded && drawn.Count > 0) drawn = Train(NextBatch(drawn));
        return stop.IsCancelled ? _first! with { Trials = Trials([]) } : Blended(_first!);
    }

    /// <summary>The costs of the trials that can be trained at the same time at the start, which are the most.</summary>
    /// <remarks>For a run that is not started.</remarks>
    public double[] CostsOfFirstBatch()
    {
        _unitCost = WorkOf(TrialSettings.First);
        return [.. FirstBatch(TrialSettings.First).Select(trial => trial.Cost)];
    }

    // The costs of trials are known before they train. So a batch has all trials whose values depend on no missing result: the trials that
    // train again after a round, and the short trials of the next round. They may be trained in any order.
    private IEnumerable<PlannedTrial> FirstBatch(TrialSettings first)
    {
        _planned = 1;
        yield return new PlannedTrial(first, Cost: 1);
        if (space.Dimensions.Count == 0) yield break;
        foreach (var trial in ShortTrials()) yield return trial;
    }

    private IEnumerable<PlannedTrial> NextBatch(List<Entry> drawn)
    {
        var mayExceed = IsUnlimited;
        foreach (var entry in drawn.OrderBy(entry => entry.Loss))
        {
            var full = entry.Settings with { NumberOfIterations = null };
            var cost = CostOf(full);
            if (_planned + cost > _limitOfRound && !mayExceed) continue;
            mayExceed = false;
            _planned += cost;
            yield return new PlannedTrial(full, cost);
        }
        if (_planned >= _limit) yield break;
        foreach (var trial in ShortTrials()) yield return trial;
    }

    private IEnumerable<PlannedTrial> ShortTrials()
    {
        var costOfRound = Math.Min(CostOfRound, _limit - _planned);
        var limitOfShortTrials = _planned + ShareOfShortTrials * costOfRound;
        _limitOfRound = _planned + costOfRound;
        var mayExceed = IsUnlimited;
        while (search.MaximumTrials is not { } most || _drawn + 1 < most)
        {
            var trial = Draw();
            var cost = CostOf(trial);
            if (_planned + cost > limitOfShortTrials && !mayExceed) yield break;
            mayExceed = false;
            _drawn++;
            _planned += cost;
            yield return new PlannedTrial(trial, cost);
        }
    }

    // If the first network is small, a single trial may cost more than a round. Without a limit of the cost, each round has one anyway.
    private bool IsUnlimited => double.IsPositiveInfinity(_limit);

    private TrialSettings Draw()
    {
        var epochs = preset.Training.NumberOfIterations;
        return TrialSettings.Draw(space, preset, _drawn + 1, Math.Max(Math.Min(MinEpochs, epochs), epochs / EpochsOfShortTrials));
    }

    private double CostOf(TrialSettings trial) => WorkOf(trial) / _unitCost;

    private double WorkOf(TrialSettings trial) =>
        (double)(trial.NumberOfIterations ?? preset.Training.NumberOfIterations) * TrialCost.OfRow(runner.BuildNetwork(trial));

    // Trains a batch, and returns its short trials that did not diverge.
    private List<Entry> Train(IEnumerable<PlannedTrial> batch)
    {
        var drawn = new List<Entry>();
        foreach (var outcome in queue is null ? batch.Select(Train) : Distribute([.. batch]))
        {
            if (outcome.Trial.Settings.Number == 0) Begin(outcome);
            if (_hasEnded) break;
            var entry = outcome.Result?.HeldOut is null ? null : AddOrEnd(outcome);
            if (entry?.Settings.NumberOfIterations is not null) drawn.Add(entry);
            if (outcome.EndsSearch || stop.MustEnd) _hasEnded = true; // a receiver of progress may have cancelled it
            if (_hasEnded) break;
        }
        return drawn;
    }

    private void Begin(TrialOutcome first)
    {
        _first = first.Result!;
        _hasEnded = _first.HeldOut is null || space.Dimensions.Count == 0 || first.EndsSearch;
        Volatile.Write(ref _ticksOfFirst, first.Duration.Ticks);
    }

    private IEnumerable<TrialOutcome> Distribute(PlannedTrial[] batch)
    {
        var outcomes = queue!.Run(
            batch.Length, i => TrialFormat.ToBytes(batch[i].Settings), i => Train(batch[i]),
            (i, bytes) => TrialFormat.ReadOutcome(bytes, batch[i], _first!.HeldOut!), i => HasTimeFor(batch[i]));
        var count = 0;
        foreach (var outcome in outcomes)
        {
            count++;
            yield return outcome;
        }
        if (count < batch.Length) yield return TrialOutcome.End(batch[count]);
    }

    private TrialOutcome Train(PlannedTrial trial)
    {
        if (trial.Settings.Number == 0)
        {
            var result = runner.Train(trial.Settings, stop, queue?.Group);
            return new TrialOutcome(trial, result, stop.Elapsed, stop.MustEnd);
        }
        // With a queue, this was decided before the other ranks of the group received the trial.
        if (queue is null && !HasTimeFor(trial)) return TrialOutcome.End(trial);
        stop.Reports.Begin(TrainingPhase.Searching, $"Training trial {trial.Settings.Number} of a search");
        var own = stop.ForTrial();
        var outcome = TrialOutcome.Of(trial, runner, own, stop, queue?.Group);
        stop.AddEarlierTime(own.EarlierTime); // of a trial that continued from a checkpoint
        return outcome;
    }

    // The clock shows whether there is time for a whole training. Called by several threads.
    private bool HasTimeFor(PlannedTrial trial) =>
        stop.Remaining is not { } remaining || TimeSpan.FromTicks(Volatile.Read(ref _ticksOfFirst)) * trial.Cost <= remaining;

    // Returns null if the time is over before the trial is compared.
    private Entry? AddOrEnd(TrialOutcome outcome)
    {
        try
        {
            return Add(outcome);
        }
        catch (Exception problem) when (TrialOutcome.MeansEnd(problem, stop))
        {
            _hasEnded = true;
            return null;
        }
    }

    private Entry Add(TrialOutcome outcome)
    {
        var result = outcome.Result!;
        var loss = new EnsembleSelection(result.HeldOut!.Loss ?? result.Network.Loss, [result.HeldOut], rounds: 1, stop.Work).LossOf(0);
        var entry = new Entry(outcome.Trial.Settings, result, loss, outcome.Trial.Cost, outcome.Duration);
        _entries.Add(entry);
        search.Progress?.Report(ReportOf(entry, copies: 0));
        return entry;
    }

    private TrainingResult Blended(TrainingResult first)
    {
        stop.Reports.Begin(TrainingPhase.Searching, $"Selecting among {_entries.Count} trials");
        int[] copies;
        try
        {
            copies = Select(first);
        }
        catch (WorkGivenUpException)
        {
            stop.Reports.Warn($"The search had no effect: training had to end before the trials were compared.");
            return first with { Trials = Trials([]), Warnings = [.. stop.Reports.Warnings] };
        }
        Entry[] selected = [.. _entries.Where((_, i) => copies[i] > 0)];
        var result = selected is [var only] ? only.Result : runner.Calibrate(first, BlendOf(selected, copies), stop);
        return result with { Trials = Trials(copies), Warnings = [.. stop.Reports.Warnings] };
    }

    private static TrainedNetwork BlendOf(Entry[] selected, int[] copies) =>
        new NetworkBlend([.. selected.Zip(copies.Where(count => count > 0), (entry, count) => new BlendPart(entry.Result.Network, count))])
            .ToNetwork();

    private int[] Select(TrainingResult first)
    {
        if (search.Blends)
        {
            HeldOutScores[] scores = [.. _entries.Select(entry => entry.Result.HeldOut!)];
            return new EnsembleSelection(scores[0].Loss ?? first.Network.Loss, scores, MaxCopies, stop.Work).Select(first: 0, MaxCopies);
        }
        var best = _entries.MinBy(entry => entry.Loss);
        return [.. _entries.Select(entry => entry == best ? 1 : 0)];
    }

    private SearchTrial[] Trials(int[] copies) =>
        [.. _entries.Select((entry, i) => ReportOf(entry, copies.Length == 0 ? 0 : copies[i]))];

    private SearchTrial ReportOf(Entry entry, int copies)
    {
        var epochs = entry.Settings.NumberOfIterations ?? preset.Training.NumberOfIterations;
        var best = _entries.TakeWhile(other => other != entry).Append(entry).Min(other => other.Loss);
        var isShort = entry.Settings.NumberOfIterations is not null;
        return new SearchTrial(
            entry.Settings.Number, entry.Settings.Values, epochs, isShort, entry.Loss, best, entry.Cost, entry.Duration)
        {
            Copies = copies,
        };
    }

    private sealed record Entry(TrialSettings Settings, TrainingResult Result, double Loss, double Cost, TimeSpan Duration);
}
