namespace Backprop.Layers;

/// <summary>Neighbouring members of an ensemble: those that a narrower network holds.</summary>
/// <param name="First">The first member.</param>
/// <param name="Count">Number of members.</param>
/// <param name="All">Number of members of the whole ensemble.</param>
internal readonly record struct MemberRange(int First, int Count, int All)
{
    /// <summary>The width of a layer of the whole ensemble.</summary>
    /// <param name="width">The width of the layer of these members.</param>
    public int WidthOfAll(int width) => width / Count * All;

    /// <summary>The first column of these members in a layer of the whole ensemble.</summary>
    /// <param name="width">The width of the layer of these members.</param>
    public int FirstColumn(int width) => width / Count * First;
}
