using System.Globalization;
using System.Text;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>A loss for each target: L = Σ wₜ·Lₜ(zₜ, yₜ) / Σ wₜ over the targets. Each target has the predictions of its own loss, such as a
/// count eᶻ, a quantile, or the probability of a target that is 0 or 1.</summary>
/// <remarks>
/// The targets share the hidden layers of a network: Caruana (1997), "Multitask learning". The weights are Keras's <c>loss_weights</c>,
/// divided by their sum. A target is standardized, and its predictions are limited, only if its own loss allows it
/// (<see cref="Loss.AllowsTargetScaling"/>).
/// </remarks>
public sealed record LossPerTarget : RowLoss
{
    private readonly Loss[] _losses;

    /// <summary>Creates the loss of several targets.</summary>
    /// <param name="losses">One for each target, in the order of the targets: losses of single rows, for real values or for 0 and 1. All
    /// must have the same number of predictions for a target.</param>
    /// <exception cref="ArgumentException">There is no loss, or one of them is not allowed; the message names it.</exception>
    public LossPerTarget(params IReadOnlyList<Loss> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        _losses = [.. losses];
        if (_losses.Length == 0) throw new ArgumentException("At least one loss is needed, one for each target.", nameof(losses));
        for (var target = 0; target < _losses.Length; target++) Check(_losses[target], target);
    }

    /// <summary>The losses, in the order of the targets.</summary>
    public IReadOnlyList<Loss> Losses => Array.AsReadOnly(_losses);

    /// <summary>wₜ: the weights of the targets, in their order. Only their proportions count.</summary>
    /// <value>Empty: all weights are equal. Otherwise one for each target, each &gt; 0 and finite. Copied.</value>
    public IReadOnlyList<double> Weights
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            double[] weights = [.. value];
            var fits = weights.Length == 0 || weights.Length == _losses.Length;
            if (!fits || !weights.All(weight => weight > 0 && double.IsFinite(weight)))
                throw new ArgumentOutOfRangeException(
                    nameof(Weights), Text(weights), $"must have {_losses.Length} values, one for each target, each > 0 and finite");
            field = Array.AsReadOnly(weights);
        }
    } = [];

    /// <summary>Binary if every target is 0 or 1, as the labels of a multi-label classification. Otherwise real.</summary>
    public override TargetKind TargetKind =>
        Array.TrueForAll(_losses, loss => loss.TargetKind == TargetKind.Binary) ? TargetKind.Binary : TargetKind.Real;

    /// <summary>Whether one of the losses allows it. Targets of other losses stay as they are.</summary>
    public override bool AllowsTargetScaling => Array.Exists(_losses, loss => loss.AllowsTargetScaling);

    /// <inheritdoc/>
    public override bool HasLogits => Array.TrueForAll(_losses, loss => loss.HasLogits);

    /// <summary>The number of scores of all targets.</summary>
    /// <exception cref="ArgumentException">The number of target columns is not the number of losses.</exception>
    public override int OutputsFor(int targetColumns) => targetColumns == _losses.Length
        ? checked(targetColumns * OutputsOfTarget)
        : throw new ArgumentException(
            $"{this} has {_losses.Length} losses, but there are {targetColumns} targets. Set one loss for each target, in their order.",
            nameof(targetColumns));

    /// <inheritdoc/>
    public override bool FitsTargets(int outputs, int targetColumns) =>
        targetColumns == _losses.Length && outputs == targetColumns * OutputsOfTarget;

    /// <inheritdoc/>
    public override string AllowedTargets => Array.TrueForAll(_losses, loss => loss.AllowedTargets == _losses[0].AllowedTargets)
        ? _losses[0].AllowedTargets
        : string.Join("; ", _losses.Select((loss, target) => $"{loss.AllowedTargets} for target {target}"));

    /// <inheritdoc/>
    public override bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs)
    {
        for (var target = 0; target < targets.Length; target++)
            if (!_losses[target].AllowsTargets(targets.Slice(target, 1), OutputsOfTarget)) return false;
        return true;
    }

    /// <inheritdoc/>
    public override void ScaleScores(
        ReadOnlySpan<Real> targetMeans, ReadOnlySpan<Real> targetFactors, Span<Real> scoreMeans, Span<Real> scoreFactors)
    {
        var each = OutputsOfTarget;
        for (var target = 0; target < _losses.Length; target++)
            _losses[target].ScaleScores(
                targetMeans.Slice(target, 1), targetFactors.Slice(target, 1), scoreMeans.Slice(target * each, each),
                scoreFactors.Slice(target * each, each));
    }

    /// <inheritdoc/>
    public override void BoundScores(
        ReadOnlySpan<Real> targetLeast, ReadOnlySpan<Real> targetMost, Span<Real> scoreLeast, Span<Real> scoreMost)
    {
        var each = OutputsOfTarget;
        for (var target = 0; target < _losses.Length; target++)
            if (_losses[target].AllowsTargetScaling)
                _losses[target].BoundScores(
                    targetLeast.Slice(target, 1), targetMost.Slice(target, 1), scoreLeast.Slice(target * each, each),
                    scoreMost.Slice(target * each, each));
    }

    /// <inheritdoc/>
    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient) =>
        EachTarget.EvaluateRows(this, factors: null, scores, targets, losses, gradient);

    /// <inheritdoc/>
    public override Loss WithSmoothingTimes(double factor) => factor == 1
        ? this
        : new LossPerTarget([.. _losses.Select(loss => loss.WithSmoothingTimes(factor))]) { Weights = Weights };

    /// <inheritdoc/>
    public override void Predict(Matrix scores)
    {
        var room = Scratch.Rent(checked(scores.Rows * OutputsOfTarget));
        for (var target = 0; target < _losses.Length; target++)
        {
            var own = new Matrix(room.AsSpan(0, scores.Rows * OutputsOfTarget), scores.Rows, OutputsOfTarget);
            EachTarget.Gather(scores, target, own);
            _losses[target].Predict(own);
            EachTarget.Scatter(own, target, scores);
        }
        Scratch.Return(room);
    }

    /// <inheritdoc/>
    public override void AverageMembers(Matrix scores, Matrix averages)
    {
        var each = OutputsOfTarget;
        var room = Scratch.Rent(checked((scores.Rows + averages.Rows) * each));
        var own = new Matrix(room.AsSpan(0, scores.Rows * each), scores.Rows, each);
        var ownAverages = new Matrix(room.AsSpan(scores.Rows * each, averages.Rows * each), averages.Rows, each);
        for (var target = 0; target < _losses.Length; target++)
        {
            EachTarget.Gather(scores, target, own);
            _losses[target].AverageMembers(own, ownAverages);
            EachTarget.Scatter(ownAverages, target, averages);
        }
        Scratch.Return(room);
    }

    /// <summary>The first loss of a target of 0 or 1, if other targets are real; null if all targets are of one kind.</summary>
    internal Loss? LabelAmongNumbers =>
        TargetKind == TargetKind.Real ? Array.Find(_losses, loss => loss.TargetKind == TargetKind.Binary) : null;

    internal override LossLink Link => LossLink.PerTarget;

    internal override bool HasMonotoneLink => _losses.All(loss => loss.HasMonotoneLink);

    internal override MemberAverage Averaging => MemberAverage.PerTarget;

    internal override Loss OfTarget(int target) => _losses[target];

    internal override bool IsKindOf(Loss other) =>
        other is LossPerTarget { _losses: var others } && _losses.Length == others.Length
        && _losses.Zip(others, (own, another) => own.IsKindOf(another)).All(isSame => isSame);

    internal override double ShareOf(int target, int targets) => Weights.Count == 0 ? 1.0 / targets : Weights[target] / Weights.Sum();

    // The same for every target.
    private int OutputsOfTarget => _losses[0].OutputsFor(targetColumns: 1);

    /// <summary>Whether losses and weights are the same.</summary>
    public bool Equals(LossPerTarget? other) =>
        other is not null && _losses.SequenceEqual(other._losses) && Weights.SequenceEqual(other.Weights);

    /// <inheritdoc/>
    public override int GetHashCode() => _losses.Aggregate(_losses.Length, HashCode.Combine);

    /// <summary>Lists the losses, and the weights if they differ.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(nameof(Losses)).Append(" = [").AppendJoin(", ", _losses.AsEnumerable()).Append(']');
        if (Weights.Count > 0) builder.Append(", ").Append(nameof(Weights)).Append(" = ").Append(Text(Weights));
        return true;
    }

    private void Check(Loss? loss, int target)
    {
        var reason = loss switch
        {
            null => "is missing",
            LossPerTarget => "has losses of its own: list them instead",
            GroupLoss => "is a loss of whole groups, for ranking",
            { TargetKind: not (TargetKind.Real or TargetKind.Binary) } => "needs one score for each class: use a target of 0 and 1 instead",
            _ when loss.OutputsFor(targetColumns: 1) != _losses[0].OutputsFor(targetColumns: 1) =>
                $"has {loss.OutputsFor(targetColumns: 1)} predictions for a target, but the first loss has "
                    + $"{_losses[0].OutputsFor(targetColumns: 1)}: all must have the same number",
            _ => null,
        };
        if (reason is not null) throw new ArgumentException($"The loss {loss} of target {target} {reason}.", nameof(loss));
    }

    private static string Text(IEnumerable<double> weights) =>
        $"[{string.Join(", ", weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)))}]";
}
