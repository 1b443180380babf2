using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The statistics of a stream of examples that are needed before the first step: their number, their means and spreads, and a
/// sample.</summary>
internal sealed class StreamSummary
{
    // Counts, means, spreads and bounds are measured on all rows, everything else on a sample. Its quantiles are accurate
    // to about one percent of the rows.
    private const int MaxExamplesOfSample = 16 * 1024, MinExamplesOfSample = 256, MaxValuesOfSample = 1 << 22;
    private const int MaxClasses = 1 << 16;

    // By class, because there may be far more classes than occur. If targets are not classes, these totals are not used.
    private Dictionary<int, double> _classTotals = [];

    private StreamSummary(ExampleSource stream) => (Features, Targets, TargetBounds, LabelTotals) = (
        new ColumnMoments(stream.FeatureCount), new ColumnMoments(stream.TargetCount), TargetBounds.None(stream.TargetCount),
        new double[2 * stream.TargetCount]);

    /// <summary>Number of examples.</summary>
    public int Count { get; private set; }

    /// <summary>Number of examples of each part of the stream.</summary>
    public IReadOnlyList<int> ExamplesOfParts { get; private set; } = [];

    /// <summary>Means and spreads of the features.</summary>
    public ColumnMoments Features { get; }

    /// <summary>Means and spreads of the targets.</summary>
    public ColumnMoments Targets { get; }

    /// <summary>[targets × 2]: Σ w of the examples where each of several labels is false, and where it is true.</summary>
    public double[] LabelTotals { get; }

    /// <summary>Whether some of several targets are missing (NaN).</summary>
    public bool HasMissingTargets => Enumerable.Range(0, LabelTotals.Length / 2).Any(Targets.IsMissing);

    /// <summary>The smallest and the largest targets.</summary>
    public TargetBounds TargetBounds { get; }

    /// <summary>Examples drawn at random, each as likely as any other.</summary>
    public ExampleSet Sample { get; private set; } = null!;

    public static StreamSummary Of(ExampleSource stream, int seed, Action? checkAlive)
    {
        var summary = new StreamSummary(stream);
        var maxRows = Math.Min(MaxExamplesOfSample, Math.Max(MinExamplesOfSample, MaxValuesOfSample / stream.FeatureCount));
        Real[] features = [], targets = [], weights = [];
        var sampled = 0;
        Real[] x = new Real[stream.FeatureCount], y = new Real[stream.TargetCount];
        var random = new RandomSequence(seed, RandomPurpose.Examples);
        summary.ExamplesOfParts = [.. Enumerable.Range(0, stream.PartCount).Select(ReadPart)];
        if (summary.Count == 0) throw new InvalidOperationException("The stream has no examples.");
        Resize(sampled);
        summary.Sample = new ExampleSet(features, x.Length, targets, y.Length, stream.HasWeights ? weights : null, allowsMissing: true);
        return summary;

        int ReadPart(int part)
        {
            var before = summary.Count;
            using var reader = stream.Open(pass: 0, part);
            while (reader.Read(x, y, out var weight))
            {
                checkAlive?.Invoke();
                summary.Add(x, y, weight);

                // Vitter (1985), "Random sampling with a reservoir", algorithm R.
                var index = sampled < maxRows ? sampled : random.NextIndex(summary.Count);
                if (index >= maxRows) continue;
                if (index == sampled && ++sampled > weights.Length)
                    Resize(Math.Min(maxRows, Math.Max(MinExamplesOfSample, 2 * weights.Length)));
                x.CopyTo(features, index * x.Length);
                y.CopyTo(targets, index * y.Length);
                weights[index] = weight;
            }
            return summary.Count - before;
        }

        void Resize(int rows)
        {
            Array.Resize(ref features, checked(rows * x.Length));
            Array.Resize(ref targets, rows * y.Length);
            Array.Resize(ref weights, rows);
        }
    }

    /// <summary>The features that do not vary in any of the examples.</summary>
    public ConstantFeatures FindConstant() =>
        ConstantFeatures.Of(Sample.FeatureCount, feature => !Features.Varies(feature), Features.IsMissing, Features.IsKnown);

    /// <summary>Σ w of the examples of every class.</summary>
    public double[] ClassTotals(int classes)
    {
        if (classes > MaxClasses) throw TooMany(classes);
        return [.. Enumerable.Range(0, classes).Select(k => _classTotals.GetValueOrDefault(k))];
    }

    private static ArgumentException TooMany(int classes) => new(
        $"{nameof(TrainingOptions.BalancedClassWeights)}: {classes} classes cannot be balanced in a stream; at most {MaxClasses} can. "
        + $"Keep the data in memory, or set {nameof(TrainingOptions.ClassWeights)}.");

    /// <summary>Renumbers the sample and the totals of classes. Means and spreads do not change: those of keys and classes have no
    /// meaning.</summary>
    public void Renumber(Renumbering by)
    {
        Sample = Sample.Renumbered(by);
        var known = _classTotals.Where(total => by.ClassOf(total.Key) >= 0);
        _classTotals = known.ToDictionary(total => by.ClassOf(total.Key), total => total.Value);
    }

    private void Add(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, Real weight)
    {
        if (!ExampleSet.AreFiniteOrMissing(x) || !ExampleSet.AreTargets(y) || !(weight > 0) || !Real.IsFinite(weight))
            throw new InvalidOperationException(
                $"Example {Count} of the stream has an infinite feature, a target that is not finite ({string.Join(", ", y.ToArray())}), " +
                    $"or a weight that is not finite and > 0 ({weight}).");
        if (Count == int.MaxValue) throw new InvalidOperationException($"The stream has more than {int.MaxValue} examples.");
        Count++;
        Features.Add(x, weight);
        Targets.Add(y, weight);
        TargetBounds.Widen(y);
        if (y.Length > 1) LabelBalance.Add(LabelTotals, y, weight);
        if (y.Length == 1 && y[0] >= 0 && Math.Round(y[0]) is < int.MaxValue and var k) AddClass((int)k, weight);
    }

    private void AddClass(int k, Real weight)
    {
        if (_classTotals.Count < MaxClasses || _classTotals.ContainsKey(k)) _classTotals[k] = _classTotals.GetValueOrDefault(k) + weight;
    }
}
