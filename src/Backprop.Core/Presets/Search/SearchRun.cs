using System.Collections.Frozen;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>One search: draws trials, trains them, selects among them, and blends those that were selected.</summary>
/// <param name="search">The limits of the search.</param>
/// <param name="space">The options that are varied.</param>
/// <param name="preset">The values of the preset, and those that the caller set.</param>
/// <param name="runner">Trains a trial.</param>
/// <param name="stop">Ends the search, and receives its reports.</param>
internal sealed class SearchRun(Search search, SearchSpace space, PresetValues preset, ITrialRunner runner, StopCondition stop)
{
    // A quarter of the epochs show which values are bad. Half of the cost of a round is for such short trials. The other half trains the
    // best of them with all epochs.
    private const int EpochsOfShortTrials = 4, MinEpochs = 4;
    private const double CostOfRound = 5, ShareOfShortTrials = 0.5;

    private const int MaxCopies = 25;

    private readonly List<Entry> _entries = [];
    private readonly double _limit = search.CostLimit(stop.Limit);
    private double _unitCost, _spent;
    private int _drawn;
    private bool _hasEnded;

    /// <summary>Runs the search.</summary>
    /// <exception cref="TrainingDivergedException">The first trial diverged.</exception>
    public TrainingResult Run()
    {
        var first = new TrialSettings(0, FrozenDictionary<string, object?>.Empty, null);
        _unitCost = WorkOf(first);
        var result = Train(first, stop)!;
        if (result.HeldOut is null || space.Dimensions.Count == 0 || stop.MustEnd) return result;
        while (!_hasEnded && MakeRound())
        {
        }
        return stop.IsCancelled ? result with { Trials = Trials([]) } : Blended(result);
    }

    // Returns whether there may be another round.
    private bool MakeRound()
    {
        var cost = Math.Min(CostOfRound, _limit - _spent);
        var limitOfShortTrials = _spent + ShareOfShortTrials * cost;
        var limit = _spent + cost;
        var drawn = new List<Entry>();
        while (!_hasEnded && (search.MaximumTrials is not { } most || _drawn + 1 < most))
        {
            var trial = Draw();
            if (_spent + CostOf(trial) > limitOfShortTrials) break;
            _drawn++;
            if (TrainAndAdd(trial) is { } entry) drawn.Add(entry);
        }
        if (drawn.Count == 0) return false;
        foreach (var entry in drawn.OrderBy(entry => entry.Loss))
        {
            var full = entry.Settings with { NumberOfIterations = null };
            if (_hasEnded || _spent + CostOf(full) > limit) continue;
            TrainAndAdd(full);
        }
        return !_hasEnded && _spent < _limit && (search.MaximumTrials is not { } all || _drawn + 1 < all);
    }

    private TrialSettings Draw()
    {
        var epochs = preset.Training.NumberOfIterations;
        var values = space.Draw(preset, preset.Training.Seed, _drawn + 1);
        return new TrialSettings(_drawn + 1, values, Math.Max(Math.Min(MinEpochs, epochs), epochs / EpochsOfShortTrials));
    }

    private double CostOf(TrialSettings trial) => WorkOf(trial) / _unitCost;

    private double WorkOf(TrialSettings trial) =>
        (double)(trial.NumberOfIterations ?? preset.Training.NumberOfIterations) * TrialCost.OfRow(runner.BuildNetwork(trial));

    private Entry? TrainAndAdd(TrialSettings trial)
    {
        // The clock shows whether there is time for a whole training, because a part of one is of no use.
        if (stop.Remaining is { } remaining && _entries[0].Duration * CostOf(trial) > remaining) return End();
        var own = stop.ForTrial();
        try
        {
            Train(trial, own);
        }
        catch (TrainingDivergedException)
        {
            _spent += CostOf(trial);
            return null;
        }
        catch (Exception problem) when (problem is TimeoutException or WorkGivenUpException
            || (problem is OperationCanceledException && stop.IsCancelled))
        {
            return End();
        }
        return stop.MustEnd ? End() : _entries.LastOrDefault(entry => entry.Settings == trial);
    }

    private Entry? End()
    {
        _hasEnded = true;
        return null;
    }

    // Nothing is known about a training without scores, so it is dropped, except for the first.
    private TrainingResult? Train(TrialSettings trial, StopCondition own)
    {
        var start = stop.Elapsed;
        if (trial.Number > 0) stop.Reports.Begin(TrainingPhase.Searching, $"Training trial {trial.Number} of a search");
        var result = runner.Train(trial, own);
        if (trial.Number > 0 && result.HeldOut is null) return null;
        _spent += CostOf(trial);
        if (result.HeldOut is not { } held) return result;
        var loss = new EnsembleSelection(result.Network.Loss, [held], rounds: 1, own.Work).LossOf(0);
        var entry = new Entry(trial, result.Network, held, loss, CostOf(trial), stop.Elapsed - start);
        _entries.Add(entry);
        search.Progress?.Report(ReportOf(entry, copies: 0));
        return result;
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
        var parts = _entries.Zip(copies, (entry, count) => new BlendPart(entry.Network, count)).Where(part => part.Copies > 0).ToArray();
        var blend = parts is [var only] ? only.Network : new NetworkBlend(parts).ToNetwork();
        var result = copies[0] == copies.Sum() ? first : runner.Calibrate(first, blend, stop);
        return result with { Trials = Trials(copies), Warnings = [.. stop.Reports.Warnings] };
    }

    private int[] Select(TrainingResult first)
    {
        var selection = new EnsembleSelection(first.Network.Loss, [.. _entries.Select(entry => entry.HeldOut)], MaxCopies, stop.Work);
        if (search.Blends) return selection.Select(first: 0, MaxCopies);
        var best = _entries.IndexOf(_entries.MinBy(entry => entry.Loss)!);
        return [.. Enumerable.Range(0, _entries.Count).Select(i => i == best ? 1 : 0)];
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

    private sealed record Entry(
        TrialSettings Settings, TrainedNetwork Network, HeldOutScores HeldOut, double Loss, double Cost, TimeSpan Duration);
}
