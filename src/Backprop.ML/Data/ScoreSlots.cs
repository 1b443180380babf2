using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The slots of a score column for the classes of a label: matched by name, or by index if one side has no names.</summary>
/// <param name="context">For the error messages.</param>
/// <param name="label">The label: a key.</param>
/// <param name="score">The scores of the classes: a vector.</param>
internal sealed class ScoreSlots(IExceptionContext context, DataViewSchema.Column label, DataViewSchema.Column score)
{
    private readonly IReadOnlyList<string> _labels = KeyNames.Given(label);
    private readonly IReadOnlyList<string> _slots = SlotNames.Of(score);

    /// <summary>The names of the slots: those of the scores, or those of the label; empty if both have none.</summary>
    public IReadOnlyList<string> Names => _slots.Count > 0 ? _slots : _labels;

    /// <summary>The slot of the class of every row.</summary>
    /// <param name="classes">[rows]: class indices of the label, from 0 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scores have no slot for a class that occurs; the message names it.</exception>
    public float[] Of(ReadOnlySpan<float> classes)
    {
        var count = ((VectorDataViewType)score.Type).Size;
        var indexOf = new Dictionary<string, int>();
        foreach (var (index, name) in _slots.Index()) indexOf.TryAdd(name, index);
        var slots = new float[classes.Length];
        for (var row = 0; row < slots.Length; row++)
        {
            var index = (int)classes[row];
            var slot = _labels.Count > 0 && _slots.Count > 0 ? indexOf.GetValueOrDefault(_labels[index], -1) : index;
            if (slot < 0 || slot >= count)
                throw context.ExceptParam(
                    "data", "Row {0} has the class '{1}' in column '{2}', but column '{3}' has no score of this class. "
                    + "Remove such rows, or train with this class.",
                    row, _labels.Count > 0 ? _labels[index] : $"{index}", label.Name, score.Name);
            slots[row] = slot;
        }
        return slots;
    }
}
