using Backprop.Benchmarks.Groups;
using Backprop.Benchmarks.Harness;

// Arguments are groups of work; without any, all of them. "cold-start" is what this program asks of itself.
if (args is ["cold-start"])
{
    StepBenchmarks.PrintColdStart();
    return 0;
}

var groups = new Dictionary<string, Action<Report>> { ["multiply"] = MultiplyBenchmarks.Run, ["step"] = StepBenchmarks.Run, ["fit"] = FitBenchmarks.Run, ["score"] = ScoreBenchmarks.Run };
var unknown = args.Where(group => !groups.ContainsKey(group)).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown: {string.Join(", ", unknown)}. Groups are {string.Join(", ", groups.Keys)}.");
    return 2;
}

var report = new Report(Peak.Measure());
Console.WriteLine($"FMA peak of one core: {report.Peak / 1e9:F0} GFLOP/s");
foreach (var (name, run) in groups)
    if (args.Length == 0 || args.Contains(name)) run(report);
Console.WriteLine();
Console.WriteLine(report);
return 0;
