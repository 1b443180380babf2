using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backprop.Benchmarks.Harness;
using Backprop.Distribution;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Groups;

/// <summary>Eight members of Default on 20,000 rows: two ranks against one, in pairs. Every rank has one thread and a core of its
/// own.</summary>
internal static class RankBenchmarks
{
    private const int Rows = 20_000, Features = 20, Members = 8;

    /// <summary>Runs pairs, and prints the efficiency t₁ / (2·t₂) of each and their median.</summary>
    /// <param name="launcher">The launcher of Open MPI or MPICH.</param>
    /// <param name="pairs">Number of pairs.</param>
    /// <param name="epochs">Epochs of a training.</param>
    /// <returns>The exit code: 1 if the models differ.</returns>
    public static int Run(string launcher, int pairs, int epochs)
    {
        var efficiencies = new List<double>();
        for (var pair = 0; pair < pairs; pair++)
        {
            // In turns, so that a change of the machine's speed favours neither.
            var first = pair % 2 == 0 ? RunRanks(launcher, 1, epochs) : RunRanks(launcher, 2, epochs);
            var second = pair % 2 == 0 ? RunRanks(launcher, 2, epochs) : RunRanks(launcher, 1, epochs);
            var (one, two) = pair % 2 == 0 ? (first, second) : (second, first);
            if (one.Hash != two.Hash)
            {
                Console.Error.WriteLine($"The models differ: {one.Hash} on one rank, {two.Hash} on two.");
                return 1;
            }
            efficiencies.Add(one.Seconds / (2 * two.Seconds));
            Console.WriteLine(
                $"1 rank {one.Seconds:F2} s, 2 ranks {two.Seconds:F2} s, efficiency {efficiencies[^1]:F3}, model {one.Hash}");
        }
        efficiencies.Sort();
        Console.WriteLine($"{launcher}: median efficiency {efficiencies[pairs / 2]:F3} of {pairs} pairs, {epochs} epochs");
        return 0;
    }

    /// <summary>The program of a rank: trains, and rank 0 prints seconds and the hash of the model.</summary>
    public static int Work(int epochs) => Mpi.Run(ranks =>
    {
        var ml = new MLContext(seed: 1);
        if (ranks.Rank == 0)
            ml.Log += (_, message) =>
            {
                if (message.RawMessage.StartsWith("Rank ", StringComparison.Ordinal)) Console.Error.WriteLine(message.RawMessage);
            };
        Fit(ml, ranks, RowsOf(ml, 500), epochs: 2); // compiles the code
        var data = RowsOf(ml, Rows);
        var start = Stopwatch.GetTimestamp();
        var model = Fit(ml, ranks, data, epochs);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (ranks.Rank > 0) return;
        var hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(model.Model.Network.Parameters)))[..12];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {seconds:F3} {hash}"));
    });

    private static BackpropTransformer Fit(MLContext ml, ICommunicator ranks, IDataView data, int epochs) =>
        new BackpropTrainer(ml, new BackpropTrainer.Options
        {
            EnsembleSize = Members, NumberOfIterations = epochs, NumberOfThreads = 1, Seed = 1, Distributed = new Distributed(ranks),
        }).Fit(data);

    private static IDataView RowsOf(MLContext ml, int count)
    {
        var random = new Random(1);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ =>
        {
            var row = new Row { Features = [.. Enumerable.Range(0, RankBenchmarks.Features).Select(_ => 2 * random.NextSingle() - 1)] };
            row.Label = MathF.Sin(3 * row.Features[0]) + row.Features[1] * row.Features[2] + 0.5f * random.NextSingle() > 0.2f;
            return row;
        }).ToArray());
    }

    private static (double Seconds, string Hash) RunRanks(string launcher, int ranks, int epochs)
    {
        const string done = "done ";
        var lines = RankProcesses.LinesOf(launcher, ranks, "rank", $"{epochs}");
        var line = lines.Single(each => each.Contains(done, StringComparison.Ordinal));
        var parts = line[line.IndexOf(done, StringComparison.Ordinal)..].Split(' ');
        return (double.Parse(parts[1], CultureInfo.InvariantCulture), parts[2].Trim());
    }

    private sealed class Row
    {
        public bool Label { get; set; }

        [VectorType(RankBenchmarks.Features)]
        public float[] Features { get; set; } = [];
    }
}
