using System.Diagnostics;
using System.Globalization;
using Backprop;
using Backprop.Training;
using TrainingHashes;

// [SEED [COUNT]]: trains COUNT times (40), each time another training of tests/TrainingHashes with more epochs. Each is killed by SIGKILL
// at random moments, among them while its checkpoint is written, and continued with another number of threads. Prints a line for each. The
// exit code is 1 if bits differ from those of the training that nothing killed. "worker NAME PATH THREADS" is one such process.
if (args is ["worker", var name, var path, var threads])
{
    Console.WriteLine(Worker.Train(name, path, int.Parse(threads, CultureInfo.InvariantCulture)));
    return 0;
}
var seed = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
var count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 40;
var random = new Random(seed);
var trainings = Trainings.All.Where(training => training.EpochsBefore == 0).ToArray();
random.Shuffle(trainings);
var equal = 0;
var folder = Directory.CreateTempSubdirectory("backprop-killed-").FullName;
for (var i = 0; i < count; i++)
{
    var training = trainings[i % trainings.Length].Name;
    var file = Path.Combine(folder, $"{i}.checkpoint");
    var clock = Stopwatch.StartNew();
    var expected = Worker.Run(training, path: "", threads: 1, killAfter: null);
    var time = clock.Elapsed;
    var kills = 0;
    string? found = null;
    while (found is null)
    {
        TimeSpan? killAfter = kills < 3 ? time * (0.3 + 0.7 * random.NextDouble()) : null;
        found = Worker.Run(training, file, 1 + random.Next(4), killAfter);
        if (found is null) kills++;
    }
    if (found == expected) equal++;
    Console.WriteLine($"{training}: {kills} kills, {(found == expected ? "equal" : $"{found} instead of {expected}")}");
}
Directory.Delete(folder, recursive: true);
Console.WriteLine($"{equal} of {count} equal");
return equal == count ? 0 : 1;

internal static class Worker
{
    private const int Epochs = 60;

    /// <summary>Trains in this process.</summary>
    /// <returns>The hash of parameters and scores, or why training diverged.</returns>
    public static string Train(string name, string path, int threads)
    {
        try
        {
            return Trainings.All.Single(training => training.Name == name).Hash(threads, options =>
            {
                options.NumberOfIterations = Epochs;
                if (path.Length > 0) options.Checkpoint = new Checkpoint(path) { Every = 1, Keep = 2 };
            });
        }
        catch (TrainingDivergedException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>Trains in a process of its own.</summary>
    /// <returns>The hash; null if the process was killed.</returns>
    public static string? Run(string name, string path, int threads, TimeSpan? killAfter)
    {
        var start = OwnProgram.With("worker", name, path, threads.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (killAfter is { } time && !process.WaitForExit(time)) process.Kill();
        process.WaitForExit();
        if (process.ExitCode == 0) return output.Result.Trim();
        return process.ExitCode == 137 ? null : throw new InvalidOperationException($"{name} ended with exit code {process.ExitCode}.");
    }
}
