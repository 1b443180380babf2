using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Explains the reconstruction error of an autoencoder: it is a sum over the features. The contribution of a column is the part
/// of its features.</summary>
/// <remarks>The baseline is a row that is reconstructed exactly, with the error 0. So contributions are exact, and not negative.</remarks>
internal sealed class ErrorShares : RowExplainer
{
    /// <summary>The baseline in words.</summary>
    public const string BaselineInWords = "a row that is reconstructed exactly";

    private readonly RowScorer _scorer;
    private readonly IWeighsErrors _layer;
    private readonly Real[] _weights;
    private readonly double[] _shares;
    private readonly FeatureColumns _columns;

    /// <param name="trained">The autoencoder.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    public ErrorShares(TrainedNetwork trained, FeatureColumns columns, int rows) : base(columns.Count, rows)
    {
        _scorer = trained.CreateScorer(rows);
        var last = trained.Network.Layers.Count - 1;
        _layer = (IWeighsErrors)trained.Network.Layers[last];
        _weights = trained.Parameters[trained.Network.ParametersOf(last)].ToArray();
        (_shares, _columns) = (new double[trained.Network.Inputs], columns);
    }

    /// <inheritdoc/>
    public override void Explain(ReadOnlyMatrix features, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var scores = _scorer.Score(features);
        var residuals = _scorer.InputsOfLastLayer;
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new ExplainedRow(0, scores.Row(row)[0], Baseline: 0);
            _layer.ShareOut(_weights, residuals.Row(row), _shares);
            var ofRow = contributions.Row(row);
            ofRow.Clear();
            for (var j = 0; j < _shares.Length; j++) ofRow[_columns.ColumnOf(j)] += (Real)_shares[j];
            if (!double.IsFinite(rows[row].Value)) ofRow.Fill(Real.NaN);
        }
    }
}
