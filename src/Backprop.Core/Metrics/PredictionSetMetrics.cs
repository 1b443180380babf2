using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>How prediction sets fare.</summary>
public sealed class PredictionSetMetrics
{
    private PredictionSetMetrics(int rows, double coverage, double meanSize, double emptyShare, double singleShare, double[] ofClasses) =>
        (Rows, Coverage, MeanSize, EmptyShare, SingleShare, ClassCoverage) =
            (rows, coverage, meanSize, emptyShare, singleShare, ofClasses);

    /// <summary>Number of sets: rows, or rows · labels of a multi-label classification.</summary>
    public int Rows { get; }

    /// <summary>The share of sets that contain the true class.</summary>
    public double Coverage { get; }

    /// <summary>The mean number of classes in a set.</summary>
    public double MeanSize { get; }

    /// <summary>The share of sets without any class. If the accuracy is above the nominal coverage, some sets must be empty.</summary>
    public double EmptyShare { get; }

    /// <summary>The share of sets with one class.</summary>
    public double SingleShare { get; }

    /// <summary>The coverage of the rows of each class, in the order of the slots; NaN for a class that does not occur.</summary>
    public IReadOnlyList<double> ClassCoverage { get; }

    /// <summary>Computes the metrics.</summary>
    /// <param name="sets">[rows × classes]: above 0 for a class in the set.</param>
    /// <param name="classes">[rows]: the true class, from 0 on; at least one row.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a class is out of range.</exception>
    public static PredictionSetMetrics Measure(ReadOnlyMatrix sets, ReadOnlySpan<int> classes)
    {
        if (classes.IsEmpty || sets.Rows != classes.Length)
            throw new ArgumentException($"{sets.Rows} prediction sets do not fit {classes.Length} true classes.", nameof(sets));
        int[] occurring = new int[sets.Columns], covered = new int[sets.Columns];
        long total = 0;
        int empty = 0, single = 0;
        for (var row = 0; row < sets.Rows; row++)
        {
            var own = classes[row];
            if (own < 0 || own >= sets.Columns)
                throw new ArgumentException($"The class of row {row} is {own}, but there are {sets.Columns} classes.", nameof(classes));
            var size = 0;
            foreach (var member in sets.Row(row)) size += member > 0 ? 1 : 0;
            total += size;
            empty += size == 0 ? 1 : 0;
            single += size == 1 ? 1 : 0;
            occurring[own]++;
            covered[own] += sets.Row(row)[own] > 0 ? 1 : 0;
        }
        double rows = sets.Rows;
        return new PredictionSetMetrics(
            sets.Rows, covered.Sum() / rows, total / rows, empty / rows, single / rows,
            [.. covered.Zip(occurring, (part, all) => all == 0 ? double.NaN : (double)part / all)]);
    }
}
