namespace Backprop.Training;

/// <summary>Finds the value of a data set that is most likely to make training diverge.</summary>
internal static class ExtremeValues
{
    // The square of a larger value overflows single precision.
    private const double Limit = 1e18;

    /// <summary>The feature value of the largest magnitude, if it is extreme.</summary>
    public static (int Column, Real Value)? Feature(ExampleSet examples)
    {
        var features = new Real[examples.FeatureCount];
        return Largest(examples.Count, row =>
        {
            examples.CopyFeatures(row, features);
            return features;
        });
    }

    /// <summary>The target value of the largest magnitude, if it is extreme.</summary>
    public static (int Column, Real Value)? Target(ExampleSet examples) => Largest(examples.Count, row => examples.Targets.Row(row));

    private static (int Column, Real Value)? Largest(int rows, Func<int, ReadOnlySpan<Real>> valuesOf)
    {
        (int Column, Real Value)? found = null;
        for (var row = 0; row < rows; row++)
        {
            var values = valuesOf(row);
            for (var column = 0; column < values.Length; column++)
                if (Math.Abs(values[column]) > Math.Max(Limit, Math.Abs((double)(found?.Value ?? 0)))) found = (column, values[column]);
        }
        return found;
    }
}
