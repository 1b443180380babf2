using System.Text;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>A loss of groups of rows, such as the documents of one query: it depends on the scores of all rows of the group.</summary>
/// <remarks>
/// J = Σ w·L(group) / Σ w over the groups, so a large group counts as much as a small one. All rows of a group have the same weight w.
/// <see cref="Loss.Evaluate(ReadOnlyMatrix, ReadOnlyMatrix, Matrix)"/> treats all its rows as one group. A <c>Trainer</c> needs examples
/// with groups (<c>ExampleSet.WithGroups</c>); its batches consist of whole groups.
/// </remarks>
public abstract record GroupLoss : Loss
{
    /// <summary>Whether the loss is a continuous function of the scores, as a line search requires.</summary>
    /// <value>True.</value>
    public virtual bool IsContinuous => true;

    /// <summary>The loss of one group, and its gradient.</summary>
    /// <param name="scores">[rows × outputs], raw scores z of all rows of the group.</param>
    /// <param name="targets">[rows × target columns], y.</param>
    /// <param name="gradient">[rows × outputs], overwritten with ∂L/∂z.</param>
    /// <returns>L of the group.</returns>
    public abstract double EvaluateGroup(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Matrix gradient);

    /// <summary>Treats all rows as one group, and divides its loss equally among them.</summary>
    /// <inheritdoc/>
    public sealed override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        if (scores.Rows == 0) return;
        losses.Fill((Real)(EvaluateGroup(scores, targets, gradient) / scores.Rows));
    }

    /// <summary>Prints only the options of the loss.</summary>
    protected override bool PrintMembers(StringBuilder builder) => false;
}
