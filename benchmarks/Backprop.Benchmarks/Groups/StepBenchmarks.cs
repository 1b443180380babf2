using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>One step of training: gathering a batch, forward, loss, backward, Adam.</summary>
internal static class StepBenchmarks
{
    private const int Batches = 8, CheckedSteps = 30;

    // What is timed takes thousands of steps over a few batches. It would end knowing them by heart, with gradients too small for normal
    // numbers, which cost more than others and occur in no real training. So after the check the networks move no further.
    private const double LearningRate = 0.001, LearningRateOnceChecked = 1e-7;

    public static void Run(Report report)
    {
        foreach (
            var (net, one, two, share) in new[]
            {
                (Net.A, 20.0, 0.0, 0.55), (Net.B, 1.8, 2.1, 0.87), (Net.C, 2.0, 2.2, 0.82), (Net.D, 1.25, 1.35, 0.88)
            })
        {
            if (Compare(report, net, threads: 1, one) is { } seconds)
                report.AddShareOfPeak($"step {net.Name}, 1 thread", net.OperationsPerStep, seconds, share);
            if (net == Net.A) continue;
            Compare(report, net, threads: 2, two);
            CompareThreads(report, net);
        }
        var cold = ColdStart();
        report.Add("first 100 steps of A in a new process, beyond 100 warm ones", $"{cold * 1e3:F0} ms", "≤ 50 ms", cold <= 0.05);
    }

    /// <summary>In a process of its own: prints the seconds that the first 100 steps take beyond 100 later ones.</summary>
    public static void PrintColdStart()
    {
        using var ours = new OurNet(Net.A, threads: 1);
        var compiling = JitInfo.GetCompilationTime(currentThread: true);
        var methods = JitInfo.GetCompiledMethodCount(currentThread: true);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++) ours.Learn();
        var first = Stopwatch.GetElapsedTime(start).TotalSeconds;
        compiling = JitInfo.GetCompilationTime(currentThread: true) - compiling;
        methods = JitInfo.GetCompiledMethodCount(currentThread: true) - methods;
        ours.LearningRate = LearningRateOnceChecked;
        for (var i = 0; i < 100_000; i++) ours.Learn();
        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 100; i++) ours.Learn();
        var warm = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine((first - warm).ToString(CultureInfo.InvariantCulture));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"compiling {methods} methods took {compiling.TotalMilliseconds:F1} ms; 100 warm steps take {warm * 1e3:F1} ms"));
    }

    /// <summary>Prints the microseconds of our steps, without a peer.</summary>
    public static void PrintOwnSteps()
    {
        foreach (var net in new[] { Net.A, Net.B, Net.C, Net.D })
        {
            foreach (var threads in net == Net.A ? new[] { 1 } : [1, 2])
            {
                using var ours = new OurNet(net, threads) { LearningRate = LearningRateOnceChecked };
                var seconds = PairedRun.Time(() => ours.Learn());
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{net.Letter} {threads} {seconds * 1e6:F2}"));
            }
        }
    }

    /// <returns>Seconds of our step; null when it does not do the same as the peer's.</returns>
    private static double? Compare(Report report, Net net, int threads, double bar)
    {
        var work = $"step {net.Name}, batch {net.BatchSize}, {threads} thread{(threads > 1 ? "s" : "")}";
        using var ours = new OurNet(net, threads);
        if (!TorchNet.IsAvailable)
        {
            report.Void(work, "libtorch", "not installed, or its library cannot be loaded");
            return PairedRun.Time(() => ours.Learn());
        }
        using var torch = new TorchNet(net, net.InitialParameters(), threads);
        var batches = ours.BatchesFor(torch);
        for (var step = 0; step < CheckedSteps; step++)
        {
            double expected = torch.Learn(batches[step % Batches], wantsLoss: true), found = ours.Learn();
            if (Math.Abs(expected - found) <= 1e-3) continue;
            report.Void(work, "libtorch", $"the losses of step {step + 1} differ: {found} and {expected}");
            return null;
        }
        ours.LearningRate = torch.LearningRate = LearningRateOnceChecked;
        var next = 0;
        var times = PairedRun.Compare(() => ours.Learn(), () => torch.Learn(batches[next++ % Batches]));
        report.Add(work, "libtorch", times, bar, threads);
        return times.Ours;
    }

    private static void CompareThreads(Report report, Net net)
    {
        var work = $"step {net.Name}, 2 threads";
        using OurNet two = new(net, threads: 2), one = new(net, threads: 1);
        for (var step = 0; step < CheckedSteps; step++)
        {
            double expected = one.Learn(), found = two.Learn();
            if (expected == found) continue;
            report.Void(work, "1 thread", $"the losses of step {step + 1} are not the same bits: {found} and {expected}");
            return;
        }
        one.LearningRate = two.LearningRate = LearningRateOnceChecked;
        report.Add($"FMA peak beside step {net.Letter}, 2 threads", "1 thread", Peak.CompareThreads(), threads: 2);
        report.Add(work, "1 thread", PairedRun.Compare(() => two.Learn(), () => one.Learn()), 1.75, threads: 2);
    }

    private static double ColdStart()
    {
        var seconds = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            // With the compiler's settings that a user's program has.
            var start = new ProcessStartInfo(Environment.ProcessPath!, "cold-start") { RedirectStandardOutput = true };
            start.Environment["DOTNET_TieredPGO"] = "1";
            using var process = Process.Start(start)!;
            seconds.Add(double.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
        return seconds.Order().ElementAt(3);
    }

    /// <summary>Our network in training, over a few batches in turn.</summary>
    private sealed class OurNet : IDisposable
    {
        private readonly TrainingStep _step;
        private readonly Minibatches _batches;
        private readonly Net _net;
        private readonly float[] _x, _y;
        private int _next;

        public OurNet(Net net, int threads)
        {
            _net = net;
            (_x, _y) = net.Examples(Batches * net.BatchSize, seed: 2);
            _batches = new Minibatches(new ExampleSet(_x, net.Inputs, _y), net.BatchSize, null, null);
            var options = new TrainingOptions { Loss = net.Loss, Optimizer = new Adam() };
            var network = net.Make();
            var state = new TrainingState(net.InitialParameters(), options, network);
            _step = new TrainingStep(network, state, options, net.BatchSize, threads);
        }

        public double LearningRate { get; set; } = StepBenchmarks.LearningRate;

        public double Learn() => _step.Learn(_batches, _next++ % Batches, new StepValues(LearningRate)).Loss;

        public (TorchSharp.torch.Tensor X, TorchSharp.torch.Tensor Y)[] BatchesFor(TorchNet torch) =>
            [
                .. Enumerable.Range(0, Batches).Select(
                    b =>
                        torch.Batch(
                            _x.AsSpan(b * _net.BatchSize * _net.Inputs, _net.BatchSize * _net.Inputs),
                            _y.AsSpan(b * _net.BatchSize, _net.BatchSize)))];

        public void Dispose() => _step.Dispose();
    }
}
