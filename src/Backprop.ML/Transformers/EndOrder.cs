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
    private static string[] OfIntervals => ["Lower", "Upper"];

    private static string[] OfSets => [bool.FalseString, bool.TrueString];

    /// <summary>Whether the names of ends are those of targets without names, which are numbered: "1 Lower", "1 Upper", "2 Lower", … They
    /// are names if the label has the same ones.</summary>
    /// <param name="names">The names of the ends.</param>
    /// <param name="labels">The names of the label's slots.</param>
    public static bool AreNumbered(IReadOnlyList<string> names, IReadOnlyList<string> labels)
    {
        var numbers = Numbers(names.Count / 2);
        return !labels.ToHashSet().SetEquals(numbers)
            && (names.SequenceEqual(NamesOf(numbers, OfIntervals)) || names.SequenceEqual(NamesOf(numbers, OfSets)));
    }

    /// <summary>The order of some columns.</summary>
    /// <param name="columns">The columns of the training data.</param>
    /// <param name="network">The network, which has conformity scores.</param>
    /// <param name="outputs">The order of its outputs, with the names of targets and classes.</param>
    public static EndOrder Of(ModelColumns columns, TrainedNetwork network, OutputOrder outputs)
    {
        if (network.Loss.TargetKind == TargetKind.Class)
            return new EndOrder(outputs.Width, outputs.Positions?.ToArray(), outputs.ClassNames);
        var ends = network.Loss.TargetKind == TargetKind.Real ? OfIntervals : OfSets;
        if (columns.Targets is not { } targets) return new EndOrder(2, null, ends);
        var names = outputs.Names.Count == targets.Size ? outputs.Names : Numbers(targets.Size);
        int[]? positions = targets.Slots is { } slots ? [.. slots.SelectMany(slot => new[] { 2 * slot, 2 * slot + 1 })] : null;
        return new EndOrder(2 * targets.Size, positions, [.. NamesOf(names, ends)]);
    }

    /// <summary>The getter of intervals.</summary>
    public ValueGetter<VBuffer<float>> Intervals(IScores row) => (ref VBuffer<float> values) =>
    {
        var ends = row.Ends;
        var editor = VBufferEditor.Create(ref values, Width);
        for (var i = 0; i < ends.Length; i++) editor.Values[Positions is null ? i : Positions[i]] = ends[i];
        values = editor.Commit();
    };

    /// <summary>The getter of prediction sets. A column with slots for classes that did not occur is sparse, because it may be very
    /// wide.</summary>
    public ValueGetter<VBuffer<bool>> Sets(IScores row)
    {
        if (Positions is null || Positions.Length == Width)
            return (ref VBuffer<bool> values) =>
            {
                var ends = row.Ends;
                var editor = VBufferEditor.Create(ref values, Width);
                for (var i = 0; i < ends.Length; i++) editor.Values[Positions is null ? i : Positions[i]] = ends[i] > 0;
                values = editor.Commit();
            };
        int[] sorted = [.. Positions], outputs = [.. Enumerable.Range(0, Positions.Length)];
        Array.Sort(sorted, outputs);
        return (ref VBuffer<bool> values) =>
        {
            var ends = row.Ends;
            var count = 0;
            foreach (var end in ends) count += end > 0 ? 1 : 0;
            var editor = VBufferEditor.Create(ref values, Width, count);
            var next = 0;
            for (var i = 0; i < sorted.Length; i++)
                if (ends[outputs[i]] > 0) (editor.Indices[next], editor.Values[next++]) = (sorted[i], true);
            values = editor.Commit();
        };
    }

    private static string[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(number => $"{number}")];

    private static IEnumerable<string> NamesOf(IReadOnlyList<string> targets, string[] ends) =>
        targets.SelectMany(_ => ends, (target, end) => $"{target} {end}");
}
