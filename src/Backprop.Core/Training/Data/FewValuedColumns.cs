using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Finds features with few different values (<see cref="ExampleSet.FewValuedFeatures"/>).</summary>
internal static class FewValuedColumns
{
    // A value of fewer rows is learned by heart. Two values need no columns of their own.
    private const int MinRowsOfValue = 10, MinValues = 3;

    // In an experiment, every setting has many rows. A count has rare values, and its effect is smooth.
    private const double MinShareOfMean = 0.125;

    /// <summary>The features with few values, in ascending order.</summary>
    /// <param name="examples">Dense examples.</param>
    /// <param name="maximumValues">Maximum number of values of a feature.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    public static FewValuedFeature[] Find(ExampleSet examples, int maximumValues, WorkMeter? meter)
    {
        var max = Math.Min(maximumValues, examples.Count / MinRowsOfValue);
        if (max < MinValues) return [];
        var columns = Enumerable.Range(0, examples.FeatureCount).Select(feature => new Column(feature)).ToList();
        for (var row = 0; row < examples.Count && columns.Count > 0; row++)
        {
            var x = examples.FeaturesOf(row);
            var hasMore = false;
            foreach (var column in columns) hasMore |= column.Add(x[column.Feature]) > max;
            if (hasMore) columns.RemoveAll(column => column.Values > max);
            meter?.Add((long)max * columns.Count);
        }
        return [
            .. columns.Where(column => column.Values >= MinValues && column.HasNoRareValue)
                .Select(column => new FewValuedFeature(column.Feature, column.Values))];
    }

    private sealed class Column(int feature)
    {
        private readonly List<Real> _values = [];
        private readonly List<int> _rows = [];

        public int Feature => feature;

        public int Values => _values.Count;

        public bool HasNoRareValue => _rows.Min() >= MinShareOfMean * _rows.Average();

        // Counts a value, unless it is missing. Returns the number of different values so far.
        public int Add(Real value)
        {
            if (Real.IsNaN(value)) return Values;
            var i = _values.IndexOf(value);
            if (i >= 0) _rows[i]++;
            else
            {
                _values.Add(value);
                _rows.Add(1);
            }
            return Values;
        }
    }
}
