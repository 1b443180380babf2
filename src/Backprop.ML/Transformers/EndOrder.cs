using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The positions and names of the ends of intervals, or of the members of prediction sets, in their column.</summary>
/// <param name="Width">Number of slots of the column.</param>
/// <param name="Positions">The slot of every value of <see cref="UncertaintyScorer.Ends"/>; null if they are in order.</param>
/// <param name="Names">A name for each slot; empty for none.</param>
internal sealed record EndOrder(int Width, int[]? Positions, IReadOnlyList<string> Names)
{
    /// <summary>The order of some columns.</summary>
    /// <param name="columns">The columns of the training data.</param>
    /// <param name="network">The network, which has conformity scores.</param>
    /// <param name="outputs">The order of its outputs, with the names of targets and classes.</param>
    public static EndOrder Of(ModelColumns columns, TrainedNetwork network, OutputOrder outputs)
    {
        if (network.Loss.TargetKind == TargetKind.Class)
            return new EndOrder(outputs.Width, outputs.Positions?.ToArray(), outputs.ClassNames);
        string[] ends = network.Loss.TargetKind == TargetKind.Real ? ["Lower", "Upper"] : [bool.FalseString, bool.TrueString];
        if (columns.Targets is not { } targets) return new EndOrder(2, null, ends);
        var names = SlotNamesOf(targets.Size, outputs.Names);
        int[]? positions = targets.Slots is { } slots ? [.. slots.SelectMany(slot => new[] { 2 * slot, 2 * slot + 1 })] : null;
        return new EndOrder(2 * targets.Size, positions, [.. names.SelectMany(name => ends, (name, end) => $"{name} {end}")]);
    }

    /// <summary>A getter of the column.</summary>
    /// <typeparam name="T">Single for intervals, Boolean for sets.</typeparam>
    /// <param name="row">The values of the current row.</param>
    /// <param name="convert">Converts a value.</param>
    public ValueGetter<VBuffer<T>> MakeGetter<T>(IScores row, Func<float, T> convert) => (ref VBuffer<T> values) =>
    {
        var ends = row.Ends;
        var editor = VBufferEditor.Create(ref values, Width);
        if (ends.Length < Width) editor.Values.Clear(); // classes without an output
        for (var i = 0; i < ends.Length; i++) editor.Values[Positions is null ? i : Positions[i]] = convert(ends[i]);
        values = editor.Commit();
    };

    private static IEnumerable<string> SlotNamesOf(int count, IReadOnlyList<string> names) =>
        names.Count == count ? names : Enumerable.Range(1, count).Select(number => $"{number}");
}
