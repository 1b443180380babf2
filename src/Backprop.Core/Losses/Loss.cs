using System.Buffers;
using System.Numerics.Tensors;
using System.Text;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Losses;

/// <summary>The meaning of the values in a target column. It decides which tasks a loss suits.</summary>
public enum TargetKind
{
    /// <summary>Any real number: regression.</summary>
    Real,

    /// <summary>0 or 1: binary classification, one score per example.</summary>
    Binary,

    /// <summary>A class: multiclass classification, one score per class.</summary>
    Class,

    /// <summary>The relevance of a row within its group: learning to rank, one score per example.</summary>
    Relevance,
}

/// <summary>Compares scores with targets. A loss also has the function that converts its scores into predictions (the inverse link), so
/// that both always agree.</summary>
/// <remarks>
/// A loss is a <see cref="RowLoss"/> or a <see cref="GroupLoss"/>. A new loss is one file in this folder and one entry in
/// <see cref="All"/>. It has the formula of one row or group; weights and means are added here.
/// </remarks>
public abstract record Loss
{
    private protected Loss()
    {
    }

    // The work of an exponential, of a logarithm, and of three reads of memory.
    private const long WorkOfScore = 16;
    private const int RowsBetweenChecks = 4096;

    /// <summary>The meaning of its targets.</summary>
    public abstract TargetKind TargetKind { get; }

    /// <summary>Whether targets may be shifted and scaled for training: true only if predictions are in the units of the target and any
    /// real target is allowed.</summary>
    public virtual bool AllowsTargetScaling => false;

    /// <summary>Whether scores are logits of probabilities. If all logits are divided by the same factor, the predicted classes stay the
    /// same, but the confidence changes.</summary>
    public virtual bool HasLogits => false;

    /// <summary>Whether each target is a class.</summary>
    internal bool HasClasses => TargetKind is TargetKind.Binary or TargetKind.Class;

    /// <summary>The number of scores for a number of target columns: by default one each. More columns must need more scores.</summary>
    public virtual int OutputsFor(int targetColumns) => targetColumns;

    /// <summary>Whether a number of target columns fits a number of scores.</summary>
    public virtual bool FitsTargets(int outputs, int targetColumns) => outputs == OutputsFor(targetColumns);

    /// <summary>The names of the predictions for one target, in order; empty if there is one prediction for each target.</summary>
    public virtual IReadOnlyList<string> PredictionNames => [];

    /// <summary>What the predictions for one target say about its prediction interval. By default, the first prediction is its
    /// center.</summary>
    /// <param name="predictions">[predictions for one target]</param>
    internal virtual PredictionBounds BoundsOf(ReadOnlySpan<Real> predictions) => new(predictions[0], predictions[0], 1);

    /// <summary>The allowed targets, as text for error messages.</summary>
    public virtual string AllowedTargets => "finite values";

    /// <summary>Whether a row of targets is allowed. Training calls this once for every row, before its first step.</summary>
    /// <param name="targets">[target columns], finite.</param>
    /// <param name="outputs">Scores per example.</param>
    public virtual bool AllowsTargets(ReadOnlySpan<Real> targets, int outputs) => true;

    /// <summary>Computes how scores for scaled targets y′ = (y − mean)·factor become scores for y: z = z′ / factor + mean, with the mean
    /// and factor of each score.</summary>
    /// <remarks>Called only if <see cref="AllowsTargetScaling"/> is true. By default, each score has the mean and factor of its target. A
    /// factor of 0 marks a target that was constant: its score becomes the mean.</remarks>
    /// <param name="targetMeans">[target columns]</param>
    /// <param name="targetFactors">[target columns], each ≥ 0.</param>
    /// <param name="scoreMeans">[outputs], overwritten.</param>
    /// <param name="scoreFactors">[outputs], overwritten.</param>
    public virtual void ScaleScores(
        ReadOnlySpan<Real> targetMeans, ReadOnlySpan<Real> targetFactors, Span<Real> scoreMeans, Span<Real> scoreFactors)
    {
        targetMeans.CopyTo(scoreMeans);
        targetFactors.CopyTo(scoreFactors);
    }

    /// <summary>Computes the bounds of the scores whose predictions lie between the smallest and the largest target.</summary>
    /// <remarks>Called only if <see cref="AllowsTargetScaling"/> is true. By default, each score has the bounds of its target. If a target
    /// has several scores, none is bounded.</remarks>
    /// <param name="targetLeast">[target columns]: the smallest target of each.</param>
    /// <param name="targetMost">[target columns]: the largest target of each.</param>
    /// <param name="scoreLeast">[outputs]: the minimum of each score, initially −∞; overwritten if there is a bound.</param>
    /// <param name="scoreMost">[outputs]: the maximum of each score, initially ∞; overwritten if there is a bound.</param>
    public virtual void BoundScores(
        ReadOnlySpan<Real> targetLeast, ReadOnlySpan<Real> targetMost, Span<Real> scoreLeast, Span<Real> scoreMost)
    {
        if (scoreLeast.Length != targetLeast.Length) return;
        targetLeast.CopyTo(scoreLeast);
        targetMost.CopyTo(scoreMost);
    }

    /// <summary>The loss of every row, and its derivative. The rows of a <see cref="GroupLoss"/> are one group.</summary>
    /// <param name="scores">[rows × outputs], raw scores z.</param>
    /// <param name="targets">[rows × target columns], y.</param>
    /// <param name="losses">[rows], overwritten with L(z, y).</param>
    /// <param name="gradient">[rows × outputs], overwritten with ∂L(z, y)/∂z of the row's own loss: no mean, no weight.</param>
    public abstract void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient);

    /// <summary>The same loss with its label smoothing multiplied by a factor, for schedules. A loss without label smoothing returns
    /// itself.</summary>
    /// <param name="factor">≥ 0; the product must be below 1.</param>
    public virtual Loss WithSmoothingTimes(double factor) => this;

    /// <summary>Converts scores into predictions, in place (identity, logistic, softmax, exponential, …).</summary>
    /// <param name="scores">[rows × outputs]</param>
    public abstract void Predict(Matrix scores);

    /// <summary>Writes the scores whose prediction is the average of the predictions that the members of an ensemble make.</summary>
    /// <remarks>
    /// By default, the mean of the scores: this is the mean prediction if predictions are scores. Losses with probabilities or positive
    /// predictions average the predictions instead. The averaged prediction is better than the members' predictions on average: Krogh and
    /// Vedelsby (1995), "Neural network ensembles, cross validation, and active learning".
    /// </remarks>
    /// <param name="scores">[(rows · members) × outputs]: the members of a row below one another; may be overwritten.</param>
    /// <param name="averages">[rows × outputs], overwritten.</param>
    public virtual void AverageMembers(Matrix scores, Matrix averages) => MemberAverages.OfNumbers(scores, averages);

    /// <summary>The loss of one of several targets: this one, unless each target has its own.</summary>
    internal virtual Loss OfTarget(int target) => this;

    /// <summary>Whether another loss differs only in its options, such as label smoothing.</summary>
    internal virtual bool IsKindOf(Loss other) => GetType() == other.GetType();

    /// <summary>The share of a target in the loss of a row: the losses of this assembly are means over the targets.</summary>
    internal virtual double ShareOf(int target, int targets) => 1.0 / targets;

    /// <summary>The function that <see cref="Predict"/> computes.</summary>
    internal virtual LossLink Link => LossLink.Unknown;

    /// <summary>Whether every prediction grows with its score, and depends on no other score; assumed of custom losses.</summary>
    internal virtual bool HasMonotoneLink => Link is not (LossLink.Softmax or LossLink.MeanAndVariance);

    /// <summary>The function that <see cref="AverageMembers"/> computes.</summary>
    internal virtual MemberAverage Averaging => MemberAverage.Unknown;

    /// <summary>One instance of each loss in this assembly, without <see cref="LossPerTarget"/>, which is made of others. The contract
    /// tests run over this list. Saved models name their loss by its
    /// short name in this list; a custom loss has its full name (docs/reference/model-file.md).</summary>
    public static IReadOnlyList<Loss> All { get; } =
    [
        new AbsoluteError(), new FocalLoss(), new GammaLoss(), new GaussianNegativeLogLikelihood(), new HingeLoss(), new HuberLoss(),
        new LambdaRankLoss(), new ListMleLoss(), new ListNetLoss(), new LogCoshLoss(), new LogisticLoss(), new PinballLoss(),
        new PoissonLoss(), new RankNetLoss(), new SoftmaxCrossEntropy(), new SoftmaxFocalLoss(), new SquaredError(),
        new SquaredHingeLoss(), new TweedieLoss(),
    ];

    /// <summary>Mean loss J = (1/rows)·Σ L, or the loss of the group of a <see cref="GroupLoss"/>; writes gradient =
    /// ∂J/∂scores.</summary>
    /// <inheritdoc cref="Evaluate(ReadOnlyMatrix, ReadOnlyMatrix, ReadOnlySpan{Real}, Matrix)"/>
    public double Evaluate(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Matrix gradient) => Evaluate(scores, targets, [], gradient);

    /// <summary>Weighted mean loss J = Σ wᵢ·Lᵢ / Σ wᵢ, so that weight 2 counts like the row twice; writes gradient = ∂J/∂scores. The rows
    /// of a <see cref="GroupLoss"/> are one group, whose loss is J.</summary>
    /// <param name="scores">[rows × outputs], raw scores; at least one row.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="weights">[rows], each &gt; 0; or empty, when all count the same.</param>
    /// <param name="gradient">[rows × outputs], overwritten.</param>
    /// <returns>J.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no rows.</exception>
    public double Evaluate(ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, Matrix gradient) =>
        Evaluate(scores, targets, weights, gradient, members: 1);

    /// <summary>The same for an ensemble, whose members' scores follow one another in a row. J is the mean of the members' J. The
    /// gradient is that of every member's own J, so each member learns as if it were alone.</summary>
    /// <param name="scores">[rows × (members · outputs)], member after member; at least one row.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="weights">[rows], each &gt; 0; or empty, when all count the same.</param>
    /// <param name="gradient">[rows × (members · outputs)], overwritten: the gradient of the sum of the members' J, which is members ·
    /// J.</param>
    /// <param name="members">Number of members; at least 1.</param>
    /// <returns>J.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no rows.</exception>
    public double Evaluate(ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, Matrix gradient, int members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        var rows = scores.Rows;
        var areTargets = rows > 0 && targets.Rows == rows && scores.Columns % members == 0
            && FitsTargets(scores.Columns / members, targets.Columns);
        var areWeights = weights.IsEmpty || weights.Length == rows;
        if (!areTargets || gradient.Rows != rows || gradient.Columns != scores.Columns || !areWeights)
            throw new ArgumentException(
                $"The shapes do not fit {GetType().Name}: scores {rows} × {scores.Columns}, targets {targets.Rows} × {targets.Columns}, " +
                $"{weights.Length} weights, gradient {gradient.Rows} × {gradient.Columns}.");
        var buffer = ArrayPool<Real>.Shared.Rent(rows);
        var losses = buffer.AsSpan(0, rows);
        MemberLosses.EvaluateRows(this, scores, members, targets, losses, gradient);

        var totalWeight = TotalWeight(rows, weights);
        if (this is GroupLoss) totalWeight /= rows; // one group
        ScaleGradient(gradient, weights, totalWeight);
        var mean = Mean(losses, weights, totalWeight);
        ArrayPool<Real>.Shared.Return(buffer);
        return mean;
    }

    /// <summary>The same for many rows of a <see cref="RowLoss"/>. Counts the work.</summary>
    internal double Evaluate(ReadOnlyMatrix scores, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, Matrix gradient, WorkMeter? work)
    {
        if (work is null) return Evaluate(scores, targets, weights, gradient);
        var losses = ArrayPool<Real>.Shared.Rent(scores.Rows);
        try
        {
            for (int first = 0, count; first < scores.Rows; first += count)
            {
                count = Math.Min(RowsBetweenChecks, scores.Rows - first);
                Matrix gradients = new(gradient.Values.Slice(first * gradient.Columns, count * gradient.Columns), count, gradient.Columns);
                EvaluateRows(scores.RowRange(first, count), targets.RowRange(first, count), losses.AsSpan(first, count), gradients);
                work.Add(WorkOfScore * gradients.Values.Length);
            }
            var totalWeight = TotalWeight(scores.Rows, weights);
            ScaleGradient(gradient, weights, totalWeight);
            return Mean(losses.AsSpan(0, scores.Rows), weights, totalWeight);
        }
        finally
        {
            ArrayPool<Real>.Shared.Return(losses);
        }
    }

    private static double TotalWeight(int rows, ReadOnlySpan<Real> weights)
    {
        if (weights.IsEmpty) return rows;
        double total = 0;
        foreach (var weight in weights) total += weight;
        return total;
    }

    /// <summary>Prints only the options: the other properties are the same for all instances of a loss.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;

    /// <summary>Refuses targets that the loss does not allow.</summary>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="outputs">Scores per example.</param>
    /// <param name="name">The name of the targets, for the message.</param>
    /// <exception cref="ArgumentException">Names the first such row and its targets.</exception>
    internal void CheckTargets(ReadOnlyMatrix targets, int outputs, string name)
    {
        for (var row = 0; row < targets.Rows; row++)
            if (!AllowsKnown(targets.Row(row), outputs))
                throw new ArgumentException(
                    $"The target of row {row} of {name} is {string.Join(", ", targets.Row(row).ToArray())}; " +
                    $"{GetType().Name} allows {AllowedTargets}.",
                    name);
    }

    /// <summary>Whether the targets of a row are allowed, apart from those that are missing (NaN).</summary>
    internal bool AllowsKnown(ReadOnlySpan<Real> targets, int outputs)
    {
        if (!TensorPrimitives.IsNaNAny(targets)) return AllowsTargets(targets, outputs);
        for (var target = 0; target < targets.Length; target++)
            if (!Real.IsNaN(targets[target])
                && !OfTarget(target).AllowsTargets(targets.Slice(target, 1), outputs / targets.Length)) return false;
        return true;
    }

    /// <summary>The number of target columns for a number of scores: the inverse of <see cref="OutputsFor"/>.</summary>
    /// <exception cref="ArgumentException">No number of target columns has this number of scores.</exception>
    internal int TargetColumnsOf(int outputs)
    {
        for (var columns = 1; columns <= outputs; columns++)
            if (FitsTargets(outputs, columns)) return columns;
        throw new ArgumentException($"{outputs} outputs do not fit any number of targets with {this}.", nameof(outputs));
    }

    /// <summary>Number of conformity scores of a row: one for each target; one for all classes of a multiclass classification.</summary>
    internal int ConformityScoresOf(int outputs) => TargetKind == TargetKind.Class ? 1 : TargetColumnsOf(outputs);

    /// <summary>Computes ∂J/∂scores from the gradients of the rows' own losses, for all rows or for some: multiplies each by wᵢ / Σ
    /// w.</summary>
    internal static void ScaleGradient(Matrix gradient, ReadOnlySpan<Real> weights, double totalWeight)
    {
        if (weights.IsEmpty) TensorPrimitives.Multiply(gradient.Values, (Real)(1 / totalWeight), gradient.Values);
        for (var row = 0; row < weights.Length; row++)
            TensorPrimitives.Multiply(gradient.Row(row), (Real)(weights[row] / totalWeight), gradient.Row(row));
    }

    /// <summary>J = Σ wᵢ·Lᵢ / Σ w, summed over the rows in order and in double. So the result does not depend on how the rows were shared
    /// among threads.</summary>
    internal static double Mean(ReadOnlySpan<Real> losses, ReadOnlySpan<Real> weights, double totalWeight)
    {
        double total = 0;
        for (var row = 0; row < losses.Length; row++) total += (weights.IsEmpty ? 1 : (double)weights[row]) * losses[row];
        return total / totalWeight;
    }
}
