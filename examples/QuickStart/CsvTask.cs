namespace QuickStart;

/// <summary>Which task a label column is fit for.</summary>
internal static class CsvTask
{
    // More different integers than this are rather counts or amounts than classes.
    private const int MaxIntegerClasses = 20;

    public static string Choose(CsvColumn label, string? asked)
    {
        var classes = label.Distinct.Length;
        if (label.MissingCount > 0)
            throw new UserError(
                $"The label column '{label.Name}' has no value in {label.MissingCount} of {label.Values.Length} rows; leave those out of " +
                    $"the file.");
        if (classes == 1)
            throw new UserError(
                $"The label column '{label.Name}' has the same value '{label.Distinct[0]}' in every row: there is nothing to learn.");

        var task = asked
            ?? (
                classes == 2
                    ? "binary"
                    : !label.IsNumeric || (label.IsInteger && classes <= MaxIntegerClasses) ? "multiclass"
                    : "regression");
        if (task == "binary" && classes != 2)
            throw new UserError($"The task 'binary' needs a label with two values; '{label.Name}' has {classes}: {Some(label.Distinct)}.");
        if (task == "regression" && !label.IsNumeric)
            throw new UserError(
                $"The task 'regression' needs a label of numbers; '{label.Name}' has values such as {Some(label.Distinct)}.");
        if (task == "multiclass" && classes > label.Values.Length / 2)
            throw new UserError(
                $"The task 'multiclass' needs several rows of every class; '{label.Name}' has {classes} values in {label.Values.Length} " +
                    $"rows.");
        return task;
    }

    private static string Some(string[] values) => string.Join(", ", values.Take(5)) + (values.Length > 5 ? ", …" : "");
}
