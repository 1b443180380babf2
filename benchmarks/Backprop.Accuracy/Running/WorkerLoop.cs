using System.Diagnostics;
using System.Globalization;
using Backprop.Accuracy.Learners;
using Microsoft.ML;

namespace Backprop.Accuracy.Running;

/// <summary>The process of a local learner: every line on standard input names the folder of a job; a line on standard output tells the
/// seconds.</summary>
internal static class WorkerLoop
{
    public static void Run(LocalLearner learner)
    {
        while (Console.ReadLine() is { } folder) Console.WriteLine(string.Join('\t', ["answer", .. Answer(learner, folder)]));
    }

    private static string[] Answer(LocalLearner learner, string folder)
    {
        try
        {
            return ["ok", .. Work(learner, Job.Read(folder)).Select(seconds => seconds.ToString(CultureInfo.InvariantCulture))];
        }
        catch (Exception error) when (error is not OutOfMemoryException) // whatever it is, it belongs into the results
        {
            return ["failed", $"{error.GetType().Name}: {error.Message}".ReplaceLineEndings(" ").Replace('\t', ' ')];
        }
    }

    // Seconds of fitting, of its processors, of predicting. Both begin with the data in memory.
    private static double[] Work(LocalLearner learner, Job job)
    {
        var ml = new MLContext(seed: 1);
        IDataView train = JobData.Load(ml, job, job.Train), test = JobData.Load(ml, job, job.Test);
        var validation = job.Validation is { } path ? JobData.Load(ml, job, path) : null;

        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var predict = learner.Train(ml, job, train, validation);
        var fit = Stopwatch.GetElapsedTime(start);
        processor = Environment.CpuUsage.TotalTime - processor;

        start = Stopwatch.GetTimestamp();
        var predictions = predict(test);
        var predicting = Stopwatch.GetElapsedTime(start);
        predictions.Write(job.Predictions);
        return [fit.TotalSeconds, processor.TotalSeconds, predicting.TotalSeconds];
    }
}
