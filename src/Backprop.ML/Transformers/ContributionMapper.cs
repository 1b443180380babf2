using Backprop.Explanations;
using Backprop.ML.Data;
using Backprop.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Numeric;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>The contributions of features as ML.NET's <c>CalculateFeatureContribution</c> reads them: row by row, by integrated gradients.
/// Used by one reader.</summary>
internal sealed class ContributionMapper
{
    private readonly IExceptionContext _context;
    private readonly SlotList _slots;
    private readonly IntegratedGradients _explainer;
    private readonly int[] _output;
    private readonly float[] _all, _features, _contributions;
    private readonly ExplainedRow[] _row = new ExplainedRow[1];

    /// <param name="context">For error messages.</param>
    /// <param name="explained">The network.</param>
    /// <param name="slots">The slots of the features column.</param>
    /// <param name="output">The explained output.</param>
    public ContributionMapper(IExceptionContext context, ExplainedNetwork explained, SlotList slots, ExplainedOutput output)
    {
        (_context, _slots, _output) = (context, slots, [output.Index]);
        var inputs = explained.Inputs;
        _explainer = new IntegratedGradients(explained, FeatureColumns.Single(inputs), output.IsPrediction, rows: 1);
        (_all, _features, _contributions) = (new float[slots.Size], new float[inputs], new float[inputs]);
    }

    /// <summary>Writes the contributions of a row.</summary>
    /// <param name="top">How many of the largest contributions above 0 are kept.</param>
    /// <param name="bottom">How many of the smallest contributions below 0 are kept.</param>
    /// <param name="normalize">Whether contributions are divided by the largest magnitude.</param>
    public ValueMapper<VBuffer<float>, VBuffer<float>> MapperFor(int top, int bottom, bool normalize) =>
        (in VBuffer<float> features, ref VBuffer<float> contributions) =>
        {
            if (features.Length != _slots.Size)
                throw _context.Except("A row has {0} features, but the model was trained with {1}.", features.Length, _slots.Size);
            features.CopyTo(_all);
            for (var i = 0; i < _features.Length; i++) _features[i] = _all[_slots.SlotOf(i)];
            _explainer.Explain(
                new ReadOnlyMatrix(_features, 1, _features.Length), _output, new Matrix(_contributions, 1, _contributions.Length), _row);

            var editor = VBufferEditor.Create(ref contributions, _slots.Size);
            editor.Values.Clear();
            for (var i = 0; i < _contributions.Length; i++) editor.Values[_slots.SlotOf(i)] = _contributions[i];
            contributions = editor.Commit();
            VectorUtils.SparsifyNormalize(ref contributions, top, bottom, normalize);
        };
}

/// <summary>A value of the Score column that is explained.</summary>
/// <param name="Index">The index of the output, or <see cref="Explainer.LargestOutput"/>.</param>
/// <param name="IsPrediction">Whether the Score column has predictions; otherwise scores.</param>
internal readonly record struct ExplainedOutput(int Index, bool IsPrediction);
