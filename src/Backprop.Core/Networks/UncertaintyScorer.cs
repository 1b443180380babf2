using System.Numerics.Tensors;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Networks;

/// <summary>Scores rows by a <see cref="TrainedNetwork"/> with intervals, prediction sets, and the spread of its members, for one thread.
/// Allocates only when made.</summary>
/// <remarks>Intervals and sets need a network with conformity scores (<see cref="TrainedNetwork.Conformal"/>). The spread needs
/// <see cref="TrainedNetwork.ReportsUncertainty"/>.</remarks>
public sealed class UncertaintyScorer
{
    private readonly TrainedNetwork _trained;
    private readonly int _rows, _members, _outputs;
    private readonly Real[] _predictions, _spread, _ends;
    private readonly PredictionBounds[] _bounds;
    private readonly double[] _scores;
    private RowScorer? _scorer;

    /// <summary>Allocates for some rows.</summary>
    /// <param name="trained">The network.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    internal UncertaintyScorer(TrainedNetwork trained, int rows)
    {
        _rows = rows;
        (_trained, _members, _outputs) = (trained, trained.Network.EnsembleSize, trained.Network.Outputs);
        _predictions = trained.NeedsMembers ? new Real[checked(rows * trained.Network.MemberOutputs)] : [];
        _spread = trained.ReportsUncertainty ? new Real[checked(rows * _outputs)] : [];
        _ends = new Real[checked(rows * EndsOf(trained))];
        _bounds = new PredictionBounds[trained.Conformal?.Members ?? 0];
        _scores = new double[_bounds.Length];
    }

    /// <summary>Number of values that describe the intervals or sets of a row; 0 without calibration.</summary>
    /// <remarks>A regression has two ends for each target. A classification has 1 for a class in the set, and 0 for others: for false and
    /// true of each label, or for each of several classes.</remarks>
    public static int EndsOf(TrainedNetwork trained) => trained switch
    {
        { Conformal: null } => 0,
        { Loss.TargetKind: TargetKind.Class } => trained.Network.Outputs,
        _ => 2 * trained.Conformal.Targets,
    };

    /// <summary>Intervals or sets of the last rows: [rows × <see cref="EndsOf"/>], row after row.</summary>
    public ReadOnlySpan<Real> Ends => _ends;

    /// <summary>The standard deviation of the members' predictions for the last rows, with the divisor members − 1: [rows × outputs], row
    /// after row.</summary>
    public ReadOnlySpan<Real> Spread => _spread;

    /// <summary>Predictions of rows. <see cref="Ends"/> and <see cref="Spread"/> then are those of the same rows.</summary>
    /// <param name="features">[rows × inputs], raw features; from 1 row to the number of rows of this scorer.</param>
    /// <returns>[rows × outputs], valid until the next call.</returns>
    public Matrix Predict(ReadOnlyMatrix features)
    {
        _scorer ??= _trained.CreateScorer(_rows);
        var predictions = _scorer.Predict(features);
        Compute(_scorer, predictions);
        return predictions;
    }

    /// <summary>Computes all values for the rows that another scorer scored last.</summary>
    /// <param name="scorer">The scorer of the rows.</param>
    /// <param name="predictions">[rows × outputs]: the predictions of the whole network.</param>
    internal void Compute(RowScorer scorer, ReadOnlyMatrix predictions)
    {
        var rows = predictions.Rows;
        var ofMembers = default(ReadOnlyMatrix);
        if (_trained.NeedsMembers)
        {
            var members = new Matrix(_predictions.AsSpan(0, rows * _members * _outputs), rows * _members, _outputs);
            scorer.CopyMembers(members);
            _trained.Inference.Link.Apply(members);
            ofMembers = members;
        }
        if (_trained.ReportsUncertainty) MeasureSpread(ofMembers, rows);
        if (_trained.Conformal is not { } conformal) return;
        var centers = conformal.Members > 1 ? ofMembers : predictions;
        for (var row = 0; row < rows; row++)
            Compute(conformal, centers.RowRange(row * conformal.Members, conformal.Members), row);
    }

    private void MeasureSpread(ReadOnlyMatrix members, int rows)
    {
        for (var row = 0; row < rows; row++)
            for (var j = 0; j < _outputs; j++)
            {
                double mean = 0, sum = 0;
                for (var i = 0; i < _members; i++) mean += members.Row(row * _members + i)[j];
                mean /= _members;
                for (var i = 0; i < _members; i++)
                {
                    var distance = members.Row(row * _members + i)[j] - mean;
                    sum += distance * distance;
                }
                _spread[row * _outputs + j] = (Real)Math.Sqrt(sum / (_members - 1));
            }
    }

    // The values of one row.
    private void Compute(ConformalCalibration conformal, ReadOnlyMatrix centers, int row)
    {
        var width = EndsOf(_trained);
        var ends = _ends.AsSpan(row * width, width);
        if (TensorPrimitives.IsNaNAny(centers.Values))
        {
            ends.Fill(Real.NaN);
            return;
        }
        if (_trained.Loss.TargetKind == TargetKind.Class)
        {
            for (var k = 0; k < width; k++) ends[k] = IsInSet(conformal, centers, target: 0, k, isPositive: true);
            return;
        }
        var each = _outputs / conformal.Targets;
        for (var target = 0; target < conformal.Targets; target++)
        {
            if (_trained.Loss.TargetKind == TargetKind.Binary)
            {
                ends[2 * target] = IsInSet(conformal, centers, target, target, isPositive: false);
                ends[2 * target + 1] = IsInSet(conformal, centers, target, target, isPositive: true);
                continue;
            }
            for (var i = 0; i < centers.Rows; i++)
                _bounds[i] = _trained.Loss.OfTarget(target).BoundsOf(centers.Row(i).Slice(target * each, each));
            (ends[2 * target], ends[2 * target + 1]) = conformal.IntervalOf(target, _bounds);
        }
    }

    // The conformity score of a class is 1 − p; that of "false" is the probability of "true".
    private Real IsInSet(ConformalCalibration conformal, ReadOnlyMatrix centers, int target, int output, bool isPositive)
    {
        for (var i = 0; i < centers.Rows; i++)
        {
            var p = centers.Row(i)[output];
            _scores[i] = (Real)(isPositive ? 1.0 - p : p);
        }
        return conformal.Contains(target, _scores) ? 1 : 0;
    }
}
