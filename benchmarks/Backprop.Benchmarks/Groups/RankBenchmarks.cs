using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backprop.Benchmarks.Harness;
using Backprop.Distribution;
using Backprop.ML;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Trainings on two ranks against one, in pairs. Every rank has one thread and a core of its own.</summary>
internal static class RankBenchmarks
{
    private const int Features = 20, Parts = 8;

    private static readonly Dictionary<string, Work> s_works = new()
    {
        ["members"] = new("8 members of Default", 20_000, () => new() { EnsembleSize = 8 }),
        ["trials"] = new(
            "16 trials of Fast", 10_000, () => new() { Preset = Preset.Fast, Search = new Search { MaximumTrials = 16 } }),
        ["groups"] = new(
            "8 trials of Fast with 6 members, both ranks in a group", 4_000,
            () => new() { Preset = Preset.Fast, EnsembleSize = 6, Search = new Search { MaximumTrials = 8 } })
        {
            RanksPerTrial = 2,
        },
        ["partitions"] = new(
            "10 epochs of three layers of 128 units, from 8 files", 200_000,
            () => new() { Preset = Preset.Plain, HiddenLayers = [128, 128, 128], NumberOfIterations = 10, BatchSize = 1024 })
        {
            HasFiles = true,
        },
    };

    /// <summary>Runs rounds, and prints the efficiency t₁ / (2·t₂) of each. Two independent programs at the same time show what the
    /// machine allows: if they need t each, that is t₁ / t, because their cores share caches, memory and power. The durations of the trials
    /// of a search show what their sizes allow, because a trial is not divided: 1 if a group trains all of them.</summary>
    /// <param name="work">"members", "trials", "groups" or "partitions".</param>
    /// <param name="launcher">The launcher of Open MPI or MPICH.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <returns>The exit code: 1 if the models differ.</returns>
    public static int Run(string work, string launcher, int rounds)
    {
        List<double> efficiencies = [], limits = [], bounds = [];
        for (var round = 0; round < rounds; round++)
        {
            // In turns, so that a change of the machine's speed favours neither.
            var first = RunRanks(work, launcher, 1 + round % 2);
            var independent = RunIndependent(work);
            var last = RunRanks(work, launcher, 2 - round % 2);
            var (one, two) = round % 2 == 0 ? (first, last) : (last, first);
            if (one.Hash != two.Hash)
            {
                Console.Error.WriteLine($"The models differ: {one.Hash} on one rank, {two.Hash} on two.");
                return 1;
            }
            efficiencies.Add(one.Seconds / (2 * two.Seconds));
            limits.Add(one.Seconds / independent);
            bounds.Add(one.Bound);
            Console.WriteLine(
                $"1 rank {one.Seconds:F2} s, 2 ranks {two.Seconds:F2} s, 2 programs {independent:F2} s, "
                + $"efficiency {efficiencies[^1]:F3}, of two programs {limits[^1]:F3}, by the sizes {one.Bound:F3}, model {one.Hash}");
        }
        Console.WriteLine(
            $"{s_works[work]}, {launcher}: median efficiency {Median(efficiencies):F3}, of two programs {Median(limits):F3}, "
            + $"by the sizes {Median(bounds):F3}, {rounds} rounds");
        return 0;
    }

    /// <summary>The program of a rank: trains, and rank 0 prints seconds and the hash of the model.</summary>
    public static int WorkOfRank(string name) => Mpi.Run(ranks =>
    {
        var work = s_works[name];
        var ml = new MLContext(seed: 1);
        if (ranks.Rank == 0)
            ml.Log += (_, message) =>
            {
                if (message.RawMessage.StartsWith("Rank ", StringComparison.Ordinal)) Console.Error.WriteLine(message.RawMessage);
            };
        var few = work.Options();
        few.NumberOfIterations = 2;
        var folder = Directory.CreateTempSubdirectory("backprop-ranks-");
        BackpropTransformer model;
        double seconds;
        try
        {
            Fit(ml, ranks, work, DataOf(ml, work, 500, folder), few); // compiles the code
            var data = DataOf(ml, work, work.Rows, folder);
            // All ranks start the clock together.
            RankValues.Gather<byte>(ranks, new byte[ranks.Size], [.. Enumerable.Range(0, ranks.Size).Select(rank => (rank, 1))]);
            var start = Stopwatch.GetTimestamp();
            model = Fit(ml, ranks, work, data, work.Options());
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        if (ranks.Rank > 0) return;
        var networks = model.Model.Network.Blend?.Parts.Select(part => part.Network) ?? [model.Model.Network];
        var parameters = networks.SelectMany(network => network.Parameters.ToArray()).ToArray();
        var hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(parameters.AsSpan())))[..12];
        var bound = work.RanksPerTrial is null ? BoundOf(model.Model.Trials) : 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {seconds:F3} {hash} {bound:F3}"));
    });

    // The efficiency of two ranks if nothing is lost but by the sizes of the trials. A batch begins with trials of all epochs. It ends when
    // all of its trials have ended, because the next one depends on their results.
    private static double BoundOf(IReadOnlyList<SearchTrial> trials)
    {
        double work = 0, time = 0;
        var ranks = new double[2];
        foreach (var (i, trial) in trials.Index())
        {
            if (i > 0 && !trial.IsShort && trials[i - 1].IsShort) EndBatch();
            ranks[ranks[0] <= ranks[1] ? 0 : 1] += trial.Duration.TotalSeconds;
            work += trial.Duration.TotalSeconds;
        }
        EndBatch();
        return time > 0 ? work / (ranks.Length * time) : 1;

        void EndBatch()
        {
            time += ranks.Max();
            Array.Clear(ranks);
        }
    }

    private static BackpropTransformer Fit(
        MLContext ml, ICommunicator ranks, Work work, IDataView data, BackpropTrainer.Options options)
    {
        (options.NumberOfThreads, options.Seed) = (1, 1);
        options.Distributed = new Distributed(ranks)
        {
            RanksPerTrial = work.RanksPerTrial,
            Shards = work.HasFiles ? Parts : 1,
            Partitioned = work.HasFiles,
        };
        return new BackpropTrainer(ml, options).Fit(data);
    }

    // Every rank has files of its own: they have the same rows, as copies on several machines would.
    private static IDataView DataOf(MLContext ml, Work work, int count, DirectoryInfo folder)
    {
        if (!work.HasFiles) return RowsOf(ml, count, seed: 1);
        return ml.Data.InPartitions([.. Enumerable.Range(0, Parts).Select(part =>
        {
            var path = Path.Combine(folder.FullName, $"{count}-{part}.idv");
            using (var stream = File.Create(path)) ml.Data.SaveAsBinary(RowsOf(ml, count / Parts, seed: part), stream);
            return ml.Data.LoadFromBinary(path);
        })]);
    }

    private static IDataView RowsOf(MLContext ml, int count, int seed)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ =>
        {
            var row = new Row { Features = [.. Enumerable.Range(0, RankBenchmarks.Features).Select(_ => 2 * random.NextSingle() - 1)] };
            row.Label = MathF.Sin(3 * row.Features[0]) + row.Features[1] * row.Features[2] + 0.5f * random.NextSingle() > 0.2f;
            return row;
        }).ToArray());
    }

    private static RankResult RunRanks(string work, string launcher, int ranks) =>
        ResultIn(RankProcesses.LinesOf(launcher, ranks, "rank", work));

    // The seconds of the slower one.
    private static double RunIndependent(string work)
    {
        var other = Task.Run(() => RankProcesses.LinesOnCore(1, "rank", work));
        var seconds = ResultIn(RankProcesses.LinesOnCore(0, "rank", work)).Seconds;
        return Math.Max(seconds, ResultIn(other.Result).Seconds);
    }

    private static RankResult ResultIn(string[] lines)
    {
        const string done = "done ";
        var line = lines.Single(each => each.Contains(done, StringComparison.Ordinal));
        var parts = line[line.IndexOf(done, StringComparison.Ordinal)..].Split(' ');
        return new RankResult(
            double.Parse(parts[1], CultureInfo.InvariantCulture), parts[2], double.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record RankResult(double Seconds, string Hash, double Bound);

    private sealed record Work(string Name, int Rows, Func<BackpropTrainer.Options> Options)
    {
        public int? RanksPerTrial { get; init; }

        public bool HasFiles { get; init; }

        public override string ToString() => $"{Name}, {Rows} rows";
    }

    private sealed class Row
    {
        public bool Label { get; set; }

        [VectorType(RankBenchmarks.Features)]
        public float[] Features { get; set; } = [];
    }
}
