using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The rule for held-out validation rows.</summary>
/// <param name="Fraction">The share of the rows; in (0, 1).</param>
/// <param name="Rows">Random rows or the last rows.</param>
/// <param name="SamplingKeyColumnName">The column of groups: rows with equal values are held out together; null for none.</param>
/// <param name="Seed">The seed of the random numbers.</param>
internal sealed record HoldOut(double Fraction, ValidationRows Rows, string? SamplingKeyColumnName, int Seed)
{
    /// <summary>Splits rows in memory. Features are not copied.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="hasClasses">Whether targets are classes.</param>
    /// <param name="context">For the error messages.</param>
    /// <exception cref="InvalidOperationException">One of the two parts would have no row. The message states the reason.</exception>
    public (ExampleSet Learned, ExampleSet Kept) Split(RowsInMemory rows, bool hasClasses, IExceptionContext context)
    {
        var all = rows.Examples;
        var (learned, heldOut) = SamplingKeyColumnName is null
            ? HeldOutRows.Split(all, Fraction, Rows, hasClasses, Seed)
            : HeldOutRows.Split(all, HeldOutRows.OfGroups(rows.Groups, GroupsToKeep(HeldOutRows.CountGroups(rows.Groups), context)));
        if (heldOut is null && !all.Groups.IsEmpty)
            throw context.Except(
                "{0} = {1} holds out whole groups for validation, but all {2} rows are one group. At least 2 groups are needed. "
                + "Set {0} = 0, add groups, or pass validation data to Fit.",
                nameof(BackpropTrainer.Options.ValidationFraction), Fraction, all.Count);
        return (learned, heldOut ?? throw NothingKept(context, all.Count, 0));
    }

    /// <summary>The groups that are held out, from the number of rows of each group.</summary>
    /// <exception cref="InvalidOperationException">There is only one group.</exception>
    public HashSet<uint> GroupsToKeep(IReadOnlyDictionary<uint, long> rowsOf, IExceptionContext context)
    {
        if (rowsOf.Count >= 2) return GroupDraw.Of(rowsOf, Fraction, GroupColumn.Count);
        throw context.Except(
            "{0} names column '{1}', but it has {2} value in all {3} rows. "
            + "Rows with equal values stay together, so no row can be held out for validation. At least 2 values are needed: "
            + "name another column, set {0} to null, or pass validation data to Fit.",
            nameof(BackpropTrainer.Options.SamplingKeyColumnName), SamplingKeyColumnName, rowsOf.Count, rowsOf.Values.Sum());
    }

    /// <summary>The error if no row is held out.</summary>
    public Exception NothingKept(IExceptionContext context, long rows, long kept) => context.Except(
        "{0} = {1} holds out rows for validation, but it holds out {2} of {3} rows. {4} "
        + "Set {0} = 0, add rows, or pass validation data to Fit.",
        nameof(BackpropTrainer.Options.ValidationFraction), Fraction, kept, rows,
        rows < 2 ? "At least 2 rows are needed, because one must stay in training."
            : "The row of a class with 1 row stays in training, and no class has 2 rows.");
}
