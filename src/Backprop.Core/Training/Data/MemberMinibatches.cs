using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Distributes examples to the members of an ensemble by their folds. Each row of a batch has one example for every member; these
/// are adjacent in memory.</summary>
/// <remarks>
/// So no member computes anything for examples that it is not trained on, and each has batches of the full size. An epoch ends when the
/// member with the largest number of examples has seen all of them. Until then, other members are padded with examples of weight 0.
/// </remarks>
internal sealed class MemberMinibatches : Minibatches
{
    private readonly int[][] _own; // the examples of every member of the ensemble
    private readonly int _firstMember;

    /// <param name="examples">The examples; with folds.</param>
    /// <param name="batchSize">Maximum examples of one member in a batch.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="ofOwnFold">True: each member receives its own fold, for validation. False: each member receives all other folds, for
    /// training.</param>
    /// <param name="isEven">Whether batches are of the same size.</param>
    /// <param name="members">Some members, whose batches are those that they have in the whole ensemble; null for all.</param>
    public MemberMinibatches(
        ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets, bool ofOwnFold, bool isEven = false,
        MemberRange? members = null)
        : this(
            examples, batchSize, inputs, targets, Own(examples, ofOwnFold), isEven,
            members ?? new MemberRange(0, examples.FoldCount, examples.FoldCount))
    {
    }

    private MemberMinibatches(
        ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets, int[][] own, bool isEven,
        MemberRange members)
        : base(
            examples, batchSize, own.Max(rows => rows.Length), inputs, targets, mixes: false, isEven: isEven,
            examplesPerRow: members.Count, hasOwnExamples: true)
    {
        (_own, _firstMember) = (own, members.First);
        CreateBatches();
    }

    // The random numbers of a member follow those of the members before, so the examples of all members are shuffled.
    /// <inheritdoc/>
    public override void BeginPass(int pass, RandomSequence? order)
    {
        if (order is null) return;
        foreach (var rows in _own)
        {
            Array.Sort(rows);
            order.Shuffle(rows, Stop?.Work);
        }
        CreateBatches();
    }

    private protected override bool IsPadding(int row, int member) => row >= _own[_firstMember + member].Length;

    // A member without any example is padded with the first example.
    private void CreateBatches()
    {
        for (var i = 0; i < Order.Length; i++)
        {
            var (row, member) = Math.DivRem(i, ExamplesPerRow);
            var rows = _own[_firstMember + member];
            Order[i] = rows.Length == 0 ? 0 : rows[row % rows.Length];
        }
    }

    private static int[][] Own(ExampleSet examples, bool ofOwnFold)
    {
        var folds = examples.Folds.ToArray();
        return [
            .. Enumerable.Range(0, examples.FoldCount).Select(
                member => (int[])[.. Enumerable.Range(0, folds.Length).Where(row => (folds[row] == member) == ofOwnFold)])];
    }
}
