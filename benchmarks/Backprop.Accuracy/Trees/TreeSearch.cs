using Backprop.Accuracy.Data;
using Backprop.Accuracy.Protocols;

namespace Backprop.Accuracy.Trees;

/// <summary>A random search of LightGBM's settings that ends after some processor time. The best are trained on all rows.</summary>
/// <remarks>The first trial has ML.NET's settings. Each trial is validated on three folds, above 5,000 rows on a fifth of the rows. It ends
/// 50 iterations after its smallest loss, after 2,000 iterations, or after an eighth of the time.</remarks>
internal sealed class TreeSearch
{
    private const int MaxTrials = 40, MaxIterations = 2000, Patience = 50, ManyRows = 5000, Folds = 3, PartsOfManyRows = 5;
    private const double ShareOfATrial = 1.0 / 8;

    private readonly TaskKind _task;
    private readonly int _classes, _rows;
    private readonly float[] _x, _y;
    private readonly TimeSpan _start = Environment.CpuUsage.TotalTime;
    private readonly double _budget;
    private readonly int _seed;

    /// <summary>A search.</summary>
    /// <param name="task">What is predicted.</param>
    /// <param name="classes">The number of classes; 0 of a regression.</param>
    /// <param name="x">[rows · columns], row after row.</param>
    /// <param name="y">[rows]; classes are 0, 1, 2, …</param>
    /// <param name="budget">Seconds of processor time, from this call on, including the training of the best.</param>
    /// <param name="seed">Of the draws and the folds.</param>
    public TreeSearch(TaskKind task, int classes, float[] x, float[] y, double budget, int seed) =>
        (_task, _classes, _x, _y, _rows, _budget, _seed) = (task, classes, x, y, y.Length, budget, seed);

    /// <summary>Searches.</summary>
    /// <returns>The best trees, and the number of trials.</returns>
    public (Booster Trees, int Trials) Run()
    {
        using var data = new TreeData(_x, _y, TreeSettings.Common);
        var random = new Random(_seed);
        var folds = InnerFolds(data);
        Trial? best = null;
        var trials = 0;
        while (trials < MaxTrials && (best is null || Elapsed + best.SecondsOfTraining < _budget))
        {
            var settings = trials == 0 ? TreeSettings.OfMLNet(_rows, _classes) : TreeSettings.Draw(random);
            var trial = Try(settings, folds);
            if (best is null || trial.IsBetterThan(best)) best = trial;
            trials++;
        }
        foreach (var (train, validation) in folds)
        {
            train.Dispose();
            validation.Dispose();
        }
        var trees = new Booster(data, best!.Settings.Parameters(_task, _classes));
        for (var i = 0; i < best.Iterations; i++) trees.Update();
        return (trees, trials);
    }

    private double Elapsed => (Environment.CpuUsage.TotalTime - _start).TotalSeconds;

    private (TreeData Train, TreeData Validation)[] InnerFolds(TreeData data)
    {
        var (parts, used) = _rows > ManyRows ? (PartsOfManyRows, 1) : (Folds, Folds);
        Func<int, float>? byClass = _task == TaskKind.Regression ? null : row => _y[row];
        var part = RowOrder.Dealt(_rows, parts, (uint)_seed, byClass);
        int[] all = [.. Enumerable.Range(0, _rows)];
        return [
            .. Enumerable.Range(0, used).Select(
                fold => (data.Subset([.. all.Where(row => part[row] != fold)]), data.Subset([.. all.Where(row => part[row] == fold)])))];
    }

    // All folds grow together, so that the number of iterations is that of the smallest mean loss.
    private Trial Try(TreeSettings settings, (TreeData Train, TreeData Validation)[] folds)
    {
        var parameters = settings.Parameters(_task, _classes);
        Booster[] boosters = [.. folds.Select(fold => new Booster(fold.Train, parameters, fold.Validation))];
        var start = Elapsed;
        var (loss, error, iterations) = (double.PositiveInfinity, double.PositiveInfinity, 0);
        var values = new double[2];
        for (var i = 1; i <= MaxIterations && i <= iterations + Patience; i++)
        {
            double lossNow = 0, errorNow = 0;
            var isFinished = true;
            foreach (var booster in boosters)
            {
                isFinished &= booster.Update();
                booster.Evaluate(values);
                lossNow += values[0] / boosters.Length;
                errorNow += values[1] / boosters.Length;
            }
            if (lossNow < loss) (loss, error, iterations) = (lossNow, errorNow, i);
            if (isFinished || Elapsed - start > _budget * ShareOfATrial) break;
        }
        foreach (var booster in boosters) booster.Dispose();
        return new Trial(settings, error, loss, Math.Max(1, iterations), SecondsOfTraining(Elapsed - start, folds.Length));
    }

    // Three folds have two thirds of the rows each, one of five parts has four fifths.
    private static double SecondsOfTraining(double seconds, int folds) => folds == 1
        ? seconds * PartsOfManyRows / (PartsOfManyRows - 1)
        : seconds / (folds - 1);

    private sealed record Trial(TreeSettings Settings, double Error, double Loss, int Iterations, double SecondsOfTraining)
    {
        public bool IsBetterThan(Trial other) => Error < other.Error || (Error == other.Error && Loss < other.Loss);
    }
}
