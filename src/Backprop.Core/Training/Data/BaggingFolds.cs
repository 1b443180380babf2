using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Divides the examples into one fold for each member of an ensemble. A member is not trained on its own fold.</summary>
internal static class BaggingFolds
{
    /// <summary>The fold of every example. Each class is divided into runs of as many examples as there are folds. Each fold receives one
    /// random example of every run. So the folds have the same share of every class, and of every part of the data. No fold is empty, if
    /// there are at least as many examples as folds.</summary>
    /// <param name="examples">The examples to divide.</param>
    /// <param name="folds">Number of folds; at least 2.</param>
    /// <param name="loss">Whether targets are classes.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <returns>[examples], from 0 to folds − 1.</returns>
    public static int[] Of(ExampleSet examples, int folds, Loss loss, int seed)
    {
        var byClass = loss.HasClasses && examples.TargetCount == 1;
        var strata = new Dictionary<int, Stratum>();
        var result = new int[examples.Count];
        for (var row = 0; row < result.Length; row++)
        {
            var stratum = byClass ? (int)Math.Round(examples.Targets.Row(row)[0]) : 0;
            if (!strata.TryGetValue(stratum, out var known))
                strata[stratum] = known = new Stratum(folds, new RandomSequence(seed, RandomPurpose.Validation, strata.Count));
            result[row] = known.Next();
        }
        FillEmpty(result, folds);
        return result;
    }

    // With many small classes, a fold may be empty by chance; its member would never be validated. The last row of the
    // largest fold is moved to it.
    private static void FillEmpty(int[] foldOf, int folds)
    {
        var counts = new int[folds];
        foreach (var fold in foldOf) counts[fold]++;
        for (var empty = 0; empty < folds; empty++)
        {
            if (counts[empty] > 0) continue;
            var largest = Array.IndexOf(counts, counts.Max());
            if (counts[largest] < 2) return;
            foldOf[Array.LastIndexOf(foldOf, largest)] = empty;
            counts[largest]--;
            counts[empty]++;
        }
    }

    private sealed class Stratum(int folds, RandomSequence random)
    {
        private readonly int[] _run = [.. Enumerable.Range(0, folds)];
        private int _next;

        public int Next()
        {
            if (_next == 0) random.Shuffle(_run);
            var fold = _run[_next];
            _next = (_next + 1) % _run.Length;
            return fold;
        }
    }
}
