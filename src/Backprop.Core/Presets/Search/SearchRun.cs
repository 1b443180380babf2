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
        var result = runner.Train(first, stop);
        if (result.HeldOut is null || space.Dimensions.Count == 0 || stop.MustEnd) return result;
        Add(first, result, cost: 1, stop);
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
            var ownCost = CostOf(trial);
            if (_spent + ownCost > limitOfShortTrials) break;
            _drawn++;
            if (Train(trial, ownCost) is { } entry) drawn.Add(entry);
        }
        if (drawn.Count == 0) return false;
        foreach (var entry in drawn.OrderBy(entry => entry.Loss))
        {
            var full = entry.Settings with { NumberOfIterations = null };
            var ownCost = CostOf(full);
            if (!_hasEnded && _spent + ownCost <= limit) Train(full, ownCost);
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

    private Entry? Train(TrialSettings trial, double cost)
    {
        // The clock shows whether there is time for a whole training.
        if (stop.Remaining is { } remaining && _entries[0].Duration * cost > remaining) return End();
        stop.Reports.Begin(TrainingPhase.Searching, $"Training trial {trial.Number} of a search");
        var own = stop.ForTrial();
        try
        {
            var result = runner.Train(trial, own);
            var entry = result.HeldOut is null ? null : Add(trial, result, cost, own);
            return stop.MustEnd ? End() : entry;
        }
        catch (TrainingDivergedException)
        {
            _spent += cost;
            return null;
        }
        catch (Exception problem) when (problem is TimeoutException or WorkGivenUpException
            || (problem is OperationCanceledException && stop.IsCancelled))
        {
            return End();
        }
    }

    private Entry? End()
    {
        _hasEnded = true;
        return null;
    }

    private Entry Add(TrialSettings trial, TrainingResult result, double cost, StopCondition own)
    {
        _spent += cost;
        var loss = new EnsembleSelection(result.HeldOut!.Loss ?? result.Network.Loss, [result.HeldOut], rounds: 1, own.Work).LossOf(0);
        var entry = new Entry(trial, result, loss, cost, own.Elapsed);
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
