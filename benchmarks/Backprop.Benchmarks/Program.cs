using Backprop.Benchmarks;
using Backprop.Benchmarks.Groups;
using Backprop.Benchmarks.Harness;
using Backprop.ML;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// Arguments are groups of work; without any, all of them. "cold-start" is what this program asks of itself.
// "own-steps" prints the time of our steps alone, to compare two commits in pairs.
if (args is ["cold-start"])
{
    StepBenchmarks.PrintColdStart();
    return 0;
}
if (args is ["own-steps"])
{
    StepBenchmarks.PrintOwnSteps();
    return 0;
}
// "ranks WORK LAUNCHER ROUNDS" compares two ranks with one, under a launcher of MPI; "rank WORK" is what it asks of each of them.
if (args is ["rank", var ofRank]) return RankBenchmarks.WorkOfRank(ofRank);
if (args is ["ranks", var work, var launcher, var rounds]) return RankBenchmarks.Run(work, launcher, int.Parse(rounds));
// "rank-steps NET" is what the group "shards" starts by the launchers of MPI.
if (args is ["rank-steps", var letter]) return ShardBenchmarks.PrintStepsOfRanks(letter);
// "fit-shape NAME" is what profile.sh starts: one fit with nothing set.
if (args is ["fit-shape", var shape])
{
    FitShape.All.Single(each => each.Name == shape).Fit(Preset.Default);
    return 0;
}
if (args is ["kernels", .. var options])
{
    var settings = DefaultConfig.Instance.WithArtifactsPath(Page.InRepository("artifacts", "benchmarks"));
    BenchmarkSwitcher.FromTypes([typeof(KernelBenchmarks)]).Run(options is [] ? ["--filter", "*"] : options, settings);
    return 0;
}

var groups = new Dictionary<string, Action<Report>[]>
{
    ["step"] = [StepBenchmarks.Run],
    ["members"] = [MemberBenchmarks.Run],
    ["shards"] = [ShardBenchmarks.Run, ShardBenchmarks.RunRanks],
    ["optimizers"] = [OptimizerBenchmarks.Run],
    ["recipe"] = [RecipeBenchmarks.Run],
    ["fit"] = [FitBenchmarks.Run],
    ["defaults"] = [DefaultFitBenchmarks.Run],
    ["score"] = [ScoreBenchmarks.Run, ViewBenchmarks.Run],
    ["tables"] = [TableBenchmarks.Run],
    ["export"] = [ExportBenchmarks.Run],
    ["explain"] = [ExplainBenchmarks.Run],
    ["data"] = [DataBenchmarks.Run],
    ["multiply"] = [MultiplyBenchmarks.Run],
};
var wanted = args.Where(argument => argument != "--write").ToArray();
var unknown = wanted.Where(group => !groups.ContainsKey(group)).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"Unknown: {string.Join(", ", unknown)}. Groups are {string.Join(", ", groups.Keys)}; kernels, alone, runs BenchmarkDotNet; " +
            $"--write keeps the table in docs/measurements/speed.md.");
    return 2;
}
if (args.Contains("--write") && wanted.Length > 0)
{
    Console.Error.WriteLine("docs/measurements/speed.md holds one run of all groups: --write goes with none of their names.");
    return 2;
}

var report = new Report(Peak.Measure());
Console.WriteLine($"FMA peak of one core: {report.Peak / 1e9:F0} GFLOP/s");
foreach (var run in groups.Where(group => wanted.Length == 0 || wanted.Contains(group.Key)).SelectMany(group => group.Value)) run(report);
Console.WriteLine();
Console.WriteLine(report);
if (args.Contains("--write")) Page.Write(report);
return 0;
