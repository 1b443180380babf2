using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Which rows are kept from training, to validate on.</summary>
/// <param name="Fraction">The share of them; in (0, 1).</param>
/// <param name="Rows">Random ones or the last.</param>
/// <param name="SamplingKeyColumnName">Rows that are equal here are kept together; null for none.</param>
/// <param name="Seed">Where random numbers start.</param>
internal sealed record HoldOut(double Fraction, ValidationRows Rows, string? SamplingKeyColumnName, int Seed)
{
    /// <summary>Splits rows in memory. Features are not copied.</summary>
    /// <param name="rows">All of them.</param>
    /// <param name="hasClasses">Whether the target of each is a class.</param>
    /// <param name="context">For the error messages.</param>
    /// <exception cref="InvalidOperationException">One of the two parts would have no row; the message says why.</exception>
    public (ExampleSet Learned, ExampleSet Kept) Split(RowsInMemory rows, bool hasClasses, IExceptionContext context)
    {
        var all = rows.Examples;
        var (learned, heldOut) = SamplingKeyColumnName is null
            ? HeldOutRows.Split(all, Fraction, Rows, hasClasses, Seed)
            : HeldOutRows.Split(all, HeldOutRows.OfGroups(rows.Groups, GroupsToKeep(HeldOutRows.CountGroups(rows.Groups), context)));
        return (learned, heldOut ?? throw NothingKept(context, all.Count, 0));
    }

    /// <summary>Which groups are kept, once the rows of each are known.</summary>
    /// <exception cref="InvalidOperationException">There is one group only.</exception>
    public HashSet<uint> GroupsToKeep(IReadOnlyDictionary<uint, long> rowsOf, IExceptionContext context)
    {
        if (rowsOf.Count >= 2) return GroupDraw.Of(rowsOf, Fraction, GroupColumn.Count);
        throw context.Except(
            "{0} names column '{1}', which has {2} value in all {3} rows. "
            + "Rows of equal values stay together, so no row can be kept from training for validation. At least 2 values are needed: "
            + "name another column, leave {0} null, or give validation data to Fit.",
            nameof(BackpropTrainer.Options.SamplingKeyColumnName), SamplingKeyColumnName, rowsOf.Count, rowsOf.Values.Sum());
    }

    /// <summary>The error where no row is kept.</summary>
    public Exception NothingKept(IExceptionContext context, long rows, long kept) => context.Except(
        "{0} = {1} keeps rows from training for validation, but it keeps {2} of {3} rows. {4} "
        + "Set {0} = 0, add rows, or give validation data to Fit.",
        nameof(BackpropTrainer.Options.ValidationFraction), Fraction, kept, rows,
        rows < 2 ? "At least 2 rows are needed, because one must be learned from."
            : "Of a class with 1 row, that row is learned from; no class has 2 rows.");
}
