using Backprop.Explanations;
using Backprop.Numerics;

namespace Backprop.ML;

/// <summary>The options of <see cref="BackpropTransformer.Explain"/>.</summary>
public sealed record ExplanationOptions
{
    /// <summary>The explained score: the name of a class, a label, a target or one of several predictions, as in the slot names of the
    /// Score column.</summary>
    /// <value>Null: the predicted class of a multiclass model; otherwise the first score.</value>
    public string? Output { get; init; }

    /// <summary>How contributions are computed.</summary>
    /// <value><see cref="ExplanationMethod.IntegratedGradients"/>.</value>
    public ExplanationMethod Method { get; init; }

    /// <summary>Number of orders of the columns for <see cref="ExplanationMethod.ShapleySampling"/>; half of them are the reverse of the
    /// others. If all sets of columns need no more scores, the result is exact.</summary>
    /// <value>64; even, at least 4. Time grows in proportion, and with the number of columns. The standard error falls with the square
    /// root.</value>
    public int Orders { get; init; } = 64;

    /// <summary>The seed of the orders.</summary>
    /// <value>0. The same seed and the same row produce the same explanation.</value>
    public int Seed { get; init; }

    /// <summary>Slots and columns that are explained together, by the name of the group: for example all slots of one one-hot
    /// encoding.</summary>
    /// <value>None. A member is the name of a slot of the features column, or of a category column. The name of the features column means
    /// all its slots.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Groups { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The number of columns that an explanation lists: the most important ones.</summary>
    /// <value>Null: all; otherwise at least 1. For thousands of columns, it saves memory.</value>
    public int? MaximumColumns { get; init; }

    /// <summary>Number of threads. The result does not depend on it.</summary>
    /// <value>Null: the number of processors; otherwise at least 1.</value>
    public int? NumberOfThreads { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        if (!Enum.IsDefined(Method)) throw ValueRange.Refusal(nameof(Method), Method, "is not known");
        if (Orders < 4 || Orders % 2 != 0) throw ValueRange.Refusal(nameof(Orders), Orders, "must be even, and at least 4");
        if (MaximumColumns < 1) throw ValueRange.Refusal(nameof(MaximumColumns), MaximumColumns, "must be at least 1");
        if (NumberOfThreads < 1) throw ValueRange.Refusal(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
        ArgumentNullException.ThrowIfNull(Groups);
    }
}
