using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Finds features with few different values (<see cref="ExampleSet.FewValuedFeatures"/>).</summary>
internal static class FewValuedColumns
{
    // A value of fewer rows is learned by heart. Two values need no columns of their own.
    private const int MinRowsOfValue = 10, MinValues = 3;

    /// <summary>The features with few values, in ascending order.</summary>
    /// <param name="examples">Dense examples.</param>
    /// <param name="maximumValues">Maximum number of values of a feature.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    public static FewValuedFeature[] Find(ExampleSet examples, int maximumValues, WorkMeter? meter)
    {
        var max = Math.Min(maximumValues, examples.Count / MinRowsOfValue);
        if (max < MinValues) return [];
        var columns = Enumerable.Range(0, examples.FeatureCount).Select(feature => new Column(feature, max)).ToList();
        for (var row = 0; row < examples.Count && columns.Count > 0; row++)
        {
            var x = examples.FeaturesOf(row);
            var hasMore = false;
            foreach (var column in columns) hasMore |= !column.Has(x[column.Feature]);
            if (hasMore) columns.RemoveAll(column => column.HasTooMany);
            meter?.Add((long)max * columns.Count);
        }
        return [.. columns.Where(column => column.Count >= MinValues).Select(column => new FewValuedFeature(column.Feature, column.Count))];
    }

    private sealed class Column(int feature, int max)
    {
        private readonly List<Real> _values = [];

        public int Feature => feature;

        public int Count => _values.Count;

        public bool HasTooMany => _values.Count > max;

        // Whether a value is missing, or was there before; otherwise it is added.
        public bool Has(Real value)
        {
            if (Real.IsNaN(value) || _values.Contains(value)) return true;
            _values.Add(value);
            return false;
        }
    }
}
