using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;

namespace Backprop.Accuracy.Summary;

/// <summary>All results, by protocol, set and learner.</summary>
internal sealed class ScoreBoard
{
    // The learner that times are multiples of.
    private const string Clock = "lightgbm";

    private readonly Dictionary<(string Protocol, string Set, string Learner), Cell> _cells = [];
    private readonly Dictionary<(string Protocol, string Set, int Split, string Date), ResultRow> _clock = [];

    public ScoreBoard(IEnumerable<Learner> learners)
    {
        foreach (var learner in learners)
            foreach (var group in new ResultFile(learner.Key).Rows.GroupBy(row => (row.Protocol, row.Set)))
                _cells[(group.Key.Protocol, group.Key.Set, learner.Key)] = new Cell(
                    learner, Protocol.All.Single(protocol => protocol.Name == group.Key.Protocol), group.Key.Set, group);
        foreach (var row in new ResultFile(Clock).All.Where(row => row.Score is not null))
            _clock[(row.Protocol, row.Set, row.Split, row.Date)] = row;
        Learners = [.. learners.Where(learner => _cells.Keys.Any(key => key.Learner == learner.Key))];
    }

    /// <summary>The learners that have results, in the order of the tables.</summary>
    public IReadOnlyList<Learner> Learners { get; }

    public IEnumerable<Cell> Cells => _cells.Values;

    /// <summary>What a learner reached on a set; null where it was not tried.</summary>
    public Cell? Find(string protocol, string set, string learner) => _cells.GetValueOrDefault((protocol, set, learner));

    /// <summary>The same of one split; null where it has no score.</summary>
    public Cell? FindSplit(string protocol, string set, Learner learner, int split)
    {
        ResultRow[] rows = [.. Find(protocol, set, learner.Key)?.Rows.Where(row => row.Split == split && row.Score is not null) ?? []];
        return rows.Length == 0 ? null : new Cell(learner, Protocol.All.Single(each => each.Name == protocol), set, rows);
    }

    /// <summary>The sets of a protocol that have results, by name.</summary>
    public IReadOnlyList<string> Sets(string protocol) =>
        [.. _cells.Keys.Where(key => key.Protocol == protocol).Select(key => key.Set).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The ranks on one set, 1 for the best mean score; equal ones share the mean of their places, and so do those that failed,
    /// behind all others.</summary>
    public IReadOnlyDictionary<string, double> Ranks(string protocol, string set, IEnumerable<Learner> among)
    {
        var outcomes = among.Select(learner => Find(protocol, set, learner.Key)).OfType<Cell>().Where(cell => cell.IsDecided)
            .Select(cell => (cell.Learner.Key, Score: cell.IsComplete ? cell.Mean : double.NegativeInfinity)).ToArray();
        return outcomes.ToDictionary(one => one.Key, one => RankOf(one.Score, outcomes.Select(other => other.Score)));
    }

    /// <summary>The rank of a score, 1 for the largest; equal ones share the mean of their places.</summary>
    /// <param name="score">The score.</param>
    /// <param name="all">All scores, this one included.</param>
    public static double RankOf(double score, IEnumerable<double> all) =>
        all.Sum(other => other > score ? 1 : other == score ? 0.5 : 0) + 0.5;

    /// <summary>The mean of a learner's ranks over the sets where it has one, and how many these are.</summary>
    public (double Mean, int Sets) MeanRank(string protocol, Learner learner, IEnumerable<Learner> among)
    {
        double[] ranks = [
            .. Sets(protocol).Select(set => Ranks(protocol, set, among)).Where(ranks => ranks.ContainsKey(learner.Key))
                .Select(ranks => ranks[learner.Key])];
        return ranks.Length == 0 ? (double.NaN, 0) : (ranks.Average(), ranks.Length);
    }

    /// <summary>The time of a learner on a set, in multiples of LightGBM's on the same day, because machines differ between days. The
    /// median over the splits of both; null if there is none.</summary>
    public double? RelativeTime(Cell cell, Func<ResultRow, double> seconds)
    {
        const double shortest = 1e-4;
        var pairs = cell.Rows.Where(row => row.Score is not null)
            .Select(row => (Own: row, Clock: _clock.GetValueOrDefault((row.Protocol, row.Set, row.Split, row.Date))))
            .Where(pair => pair.Clock is not null).ToArray();
        return pairs.Length == 0
            ? null
            : Math.Max(Cell.Median(pairs.Select(pair => seconds(pair.Own))), shortest)
                / Math.Max(Cell.Median(pairs.Select(pair => seconds(pair.Clock!))), shortest);
    }

    /// <summary>The sets on which two learners have a score of every split.</summary>
    public IEnumerable<(Cell One, Cell Other)> Pairs(string protocol, string one, string other) => Sets(protocol)
        .Select(set => (One: Find(protocol, set, one), Other: Find(protocol, set, other)))
        .Where(pair => pair is { One.IsComplete: true, Other.IsComplete: true })
        .Select(pair => (pair.One!, pair.Other!));
}
