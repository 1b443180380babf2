using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Center and factor of a column of 0 and 1, or of −1, 0 and 1.</summary>
internal static class IndicatorScale
{
    /// <summary>The center and the factor of a column by its counts.</summary>
    /// <param name="scaling">By quartiles, or by mean and standard deviation.</param>
    /// <param name="ones">Rows with 1.</param>
    /// <param name="minusOnes">Rows with −1.</param>
    /// <param name="room">[rows], overwritten.</param>
    /// <returns>A factor of 0 for a column that is constant.</returns>
    public static (double Center, double Factor) Of(FeatureScaling scaling, int ones, int minusOnes, Span<Real> room)
    {
        if (room.IsEmpty) return (0, 0);
        if (scaling == FeatureScaling.Robust)
        {
            room[..minusOnes].Fill(-1);
            room[minusOnes..^ones].Clear();
            room[^ones..].Fill(1);
            return Quartiles.Of(room);
        }
        double rows = room.Length, mean = (ones - minusOnes) / rows, variance = (ones + minusOnes) / rows - mean * mean;
        return (mean, ones == rows || minusOnes == rows || ones + minusOnes == 0 ? 0 : 1 / Math.Sqrt(variance));
    }
}
