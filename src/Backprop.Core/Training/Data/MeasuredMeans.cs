using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Measures <see cref="TrainingMeans"/>.</summary>
internal static class MeasuredMeans
{
    /// <summary>The means of some data. Missing values are ignored.</summary>
    /// <param name="data">The data; the shares of categories in a stream are those of its sample.</param>
    /// <param name="network">The network that the features enter.</param>
    /// <param name="work">Counts the work.</param>
    public static TrainingMeans Of(TrainingData data, Network network, WorkMeter work)
    {
        var features = new Real[network.Inputs];
        data.MeasureMeans(features, work);
        var categories = network.Categories;
        foreach (var category in categories) features[category.Slot] = 0;
        var shares = categories.Select(category => SharesOf(data.Examples, category.Slot, category.Count, work));
        return new TrainingMeans(features, [.. shares]);
    }

    /// <summary>Writes the weighted mean of the known values of every feature; 0 for a feature that is always missing.</summary>
    /// <param name="examples">The examples; values that sparse rows do not store are 0.</param>
    /// <param name="means">[features], overwritten.</param>
    /// <param name="work">Counts the work; null where work is not counted.</param>
    public static void Write(ExampleSet examples, Span<Real> means, WorkMeter? work)
    {
        double total = 0;
        double[] sums = new double[means.Length], missing = new double[means.Length];
        for (var row = 0; row < examples.Count; row++)
        {
            var weight = WeightOf(examples, row);
            total += weight;
            ReadOnlySpan<int> columns = examples.ColumnsOf(row);
            ReadOnlySpan<Real> values = examples.ValuesOf(row);
            work?.Add(values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                var j = columns.IsEmpty ? i : columns[i];
                if (Real.IsNaN(values[i])) missing[j] += weight;
                else sums[j] += weight * values[i];
            }
        }
        for (var j = 0; j < means.Length; j++) means[j] = missing[j] < total ? (Real)(sums[j] / (total - missing[j])) : 0;
    }

    private static Real[] SharesOf(ExampleSet examples, int slot, int count, WorkMeter work)
    {
        double total = 0;
        var weights = new double[count + 1];
        for (var row = 0; row < examples.Count; row++)
        {
            var weight = WeightOf(examples, row);
            total += weight;
            weights[CategorySlots.CategoryOf(examples.ValueAt(row, slot), count)] += weight;
        }
        work.Add(examples.Count);
        return [.. weights.Select(weight => (Real)(weight / total))];
    }

    private static double WeightOf(ExampleSet examples, int row) => examples.Weights.IsEmpty ? 1 : examples.Weights[row];
}
