using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Fuses a <see cref="PeriodicEmbeddingLayer"/> with the <see cref="FeaturewiseDense"/> after it. Neither the periodic features
/// nor their gradients are written to memory.</summary>
/// <remarks>
/// Sixteen periodic features per input become three values. Storing and reading periodic features takes longer than computing them twice.
/// The results have the same bits as those of the two layers. For few rows, where vector lanes would be idle, the two layers are as fast.
/// </remarks>
internal sealed class FusedPeriodicEmbedding : FusedLayers
{
    // With this many rows, the inputs and outputs of both layers stay in the nearest cache from one feature to the next.
    private const int RowsAtOnce = 128;

    private readonly PeriodicEmbeddingLayer _periodic;
    private readonly FeaturewiseDense _dense;
    private readonly int _members, _results;

    private FusedPeriodicEmbedding(PeriodicEmbeddingLayer periodic, FeaturewiseDense dense, int members) =>
        (_periodic, _dense, _members, _results) = (periodic, dense, members, dense.GroupOutputs - 1);

    /// <summary>Fuses two neighbouring layers. Returns null for layers that are not such a pair.</summary>
    public static new FusedPeriodicEmbedding? Of(Layer first, Layer second) =>
        PerMember.EachOf(first) is PeriodicEmbeddingLayer { Form: PeriodicForm.CosineWithPhase } periodic
        && PerMember.EachOf(second) is FeaturewiseDense { Kept: 1, Rectified: false } dense
        && (dense.Inputs, dense.Features, dense.GroupInputs) == (periodic.Outputs, periodic.Features, periodic.Frequencies + 1)
            ? new FusedPeriodicEmbedding(periodic, dense, first.Inputs / periodic.Inputs)
            : null;

    /// <summary>Writes the output of the second layer.</summary>
    /// <param name="parameters">The first layer's, then the second's.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="y">[rows × Outputs] of the second, overwritten.</param>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var first = 0; first < x.Rows; first += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, x.Rows - first);
            var from = x.RowRange(first, rows);
            var to = y.RowRange(first, rows);
            for (var member = 0; member < _members; member++)
            {
                for (var j = 0; j < _periodic.Features; j++)
                    SinCosKernels.Forward(
                        FeatureOf(parameters, member, j), new ReadOnlyMatrixColumns(from, NumberOf(member, j), 1),
                        new MatrixColumns(to, GroupOf(member, j), _results + 1));
                FeatureGroups.CopyPassing(
                    new ReadOnlyMatrixColumns(from, NumberOf(member, 0), _periodic.Inputs), 1,
                    new MatrixColumns(to, GroupOf(member, 0), _dense.Outputs), _results + 1, _periodic.Features, kept: 0);
            }
        }
    }

    /// <summary>Writes ∂J/∂x of the first layer.</summary>
    /// <param name="parameters">The first layer's, then the second's.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="dy">[rows × Outputs] of the second.</param>
    /// <param name="dx">[rows × Inputs] of the first, overwritten.</param>
    public override void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dx)
    {
        for (var first = 0; first < x.Rows; first += RowsAtOnce)
        {
            var rows = Math.Min(RowsAtOnce, x.Rows - first);
            ReadOnlyMatrix numbers = x.RowRange(first, rows), given = dy.RowRange(first, rows);
            var to = dx.RowRange(first, rows);
            for (var member = 0; member < _members; member++)
            {
                for (var j = 0; j < _periodic.Features; j++)
                {
                    var number = NumberOf(member, j);
                    SinCosKernels.Backward(
                        FeatureOf(parameters, member, j), new ReadOnlyMatrixColumns(numbers, number, 1),
                        new ReadOnlyMatrixColumns(given, GroupOf(member, j), _results + 1), new MatrixColumns(to, number, 1));
                }
                FeatureGroups.CopyPassing(
                    new ReadOnlyMatrixColumns(given, GroupOf(member, 0), _dense.Outputs), _results + 1,
                    new MatrixColumns(to, NumberOf(member, 0), _periodic.Inputs), 1, _periodic.Features, kept: 0);
            }
        }
    }

    /// <summary>Writes a contiguous part of the first layer's ∂J/∂θ (<see cref="IGradientParts.BackwardPart"/>).</summary>
    /// <param name="parameters">The first layer's, then the second's.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="dy">[rows × Outputs] of the second.</param>
    /// <param name="first">The index of the first parameter of the part; a multiple of the layer's part length.</param>
    /// <param name="dPart">Overwritten.</param>
    public override void BackwardFirst(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        for (var done = 0; done < dPart.Length; done += _periodic.PartLength)
        {
            var (member, j) = Math.DivRem((first + done) / _periodic.PartLength, _periodic.Features);
            var ofFeature = dPart.Slice(done, _periodic.PartLength);
            SinCosKernels.SumByAngle(
                FeatureOf(parameters, member, j), new ReadOnlyMatrixColumns(x, NumberOf(member, j), 1), ResultsOf(dy, member, j),
                ofFeature);
            _periodic.ScaleGradient(ofFeature);
        }
    }

    /// <summary>Writes a contiguous part of the second layer's ∂J/∂θ.</summary>
    /// <param name="parameters">The first layer's, then the second's.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="dy">[rows × Outputs] of the second.</param>
    /// <param name="first">The index of the first parameter of the part; a multiple of the layer's part length.</param>
    /// <param name="dPart">Overwritten.</param>
    public override void BackwardSecond(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        var weights = _periodic.Frequencies * _results;
        for (var done = 0; done < dPart.Length; done += _dense.PartLength)
        {
            var (member, j) = Math.DivRem((first + done) / _dense.PartLength, _dense.Features);
            var given = ResultsOf(dy, member, j);
            SinCosKernels.DifferentiateWeights(
                FeatureOf(parameters, member, j), new ReadOnlyMatrixColumns(x, NumberOf(member, j), 1), given, dPart.Slice(done, weights));
            MatrixMultiply.SumOfRows(given, dPart.Slice(done + weights, _results));
        }
    }

    private SinCosKernels.Feature FeatureOf(ReadOnlySpan<Real> parameters, int member, int j) => new(
        parameters.Slice(member * _periodic.ParameterCount + j * _periodic.PartLength, _periodic.PartLength),
        _periodic.Amplitudes,
        parameters.Slice(_members * _periodic.ParameterCount + member * _dense.ParameterCount + j * _dense.PartLength, _dense.PartLength));

    // The column of an input, and the first column of its outputs, which holds the input itself.
    private int NumberOf(int member, int j) => member * _periodic.Inputs + j;

    private int GroupOf(int member, int j) => member * _dense.Outputs + j * (_results + 1);

    private ReadOnlyMatrixColumns ResultsOf(ReadOnlyMatrix dy, int member, int j) => new(dy, GroupOf(member, j) + 1, _results);
}
