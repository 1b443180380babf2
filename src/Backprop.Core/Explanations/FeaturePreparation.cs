using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Converts raw features into prepared features. The scratch of one thread.</summary>
/// <param name="explained">The network.</param>
/// <param name="rows">Maximum number of rows.</param>
internal sealed class FeaturePreparation(ExplainedNetwork explained, int rows)
{
    private readonly LayerRun[] _parts = [.. explained.Parts.Select(part => part.CreatePreparation(rows))];
    private readonly Real[] _standardized = new Real[checked(rows * explained.Inputs)];
    private readonly Real[] _prepared = explained.Parts.Count == 1 ? [] : new Real[checked(rows * explained.Width)];

    /// <summary>Prepares features.</summary>
    /// <param name="features">[rows × features], raw.</param>
    /// <returns>[rows × prepared features], valid until the next call.</returns>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix features)
    {
        if (_parts.Length == 1) return Forward(0, features);
        var prepared = new Matrix(_prepared.AsSpan(0, features.Rows * explained.Width), features.Rows, explained.Width);
        for (int i = 0, first = 0; i < _parts.Length; first += explained.Parts[i++].Width)
            ColumnParts.Put(Forward(i, features), prepared, first);
        return prepared;
    }

    private ReadOnlyMatrix Forward(int part, ReadOnlyMatrix features)
    {
        var standardized = new Matrix(_standardized.AsSpan(0, features.Values.Length), features.Rows, features.Columns);
        explained.Parts[part].Standardize(features, standardized);
        return _parts[part].Forward(standardized);
    }
}
