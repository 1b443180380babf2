namespace Backprop.Figures;

/// <summary>A range of values and its marks.</summary>
/// <param name="Lowest">The value at the beginning.</param>
/// <param name="Highest">The value at the end.</param>
/// <param name="Marks">The values that have a text.</param>
/// <param name="IsLogarithmic">Whether equal factors have equal lengths.</param>
internal sealed record Axis(double Lowest, double Highest, IReadOnlyList<double> Marks, bool IsLogarithmic = false)
{
    /// <summary>How far along the axis a value is: 0 to 1. Values outside are at its ends.</summary>
    public double Position(double value) => Math.Clamp((Scale(value) - Scale(Lowest)) / (Scale(Highest) - Scale(Lowest)), 0, 1);

    private double Scale(double value) => IsLogarithmic ? Math.Log10(Math.Max(value, 1e-300)) : value;
}
