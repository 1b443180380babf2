namespace Backprop.ML;

/// <summary>Features in which the scores of a model never decrease, or never increase, with all other features fixed. Immutable.</summary>
/// <remarks>
/// <para>A name is that of a slot of the features column, such as "Income". A slot without a name is named by its index, such as
/// "Features[3]". The name of a vector column that <c>Concatenate</c> joined means all of its slots, if they have names: "Size" means
/// "Size.Width" and "Size.Height". The name of the features column means all features.</para>
/// <para>The constraints hold by construction, for every model that is trained with them. docs/guides/monotone-constraints.md has the
/// details.</para>
/// </remarks>
public sealed class MonotoneConstraints
{
    /// <summary>Names of features in which the scores never decrease.</summary>
    /// <value>None. A name may occur once in both lists together.</value>
    public IReadOnlyList<string> Increasing { get; init => field = Checked(value, nameof(Increasing)); } = [];

    /// <summary>Names of features in which the scores never increase.</summary>
    /// <value>None. A name may occur once in both lists together.</value>
    public IReadOnlyList<string> Decreasing { get; init => field = Checked(value, nameof(Decreasing)); } = [];

    /// <summary>The names with their directions, such as "increasing Income, Rooms; decreasing Age".</summary>
    public override string ToString()
    {
        var increasing = Increasing.Count > 0 ? $"increasing {string.Join(", ", Increasing)}" : "";
        var decreasing = Decreasing.Count > 0 ? $"decreasing {string.Join(", ", Decreasing)}" : "";
        return string.Join("; ", ((string[])[increasing, decreasing]).Where(part => part.Length > 0));
    }

    /// <summary>A name that occurs twice; null if there is none.</summary>
    internal string? Repeated =>
        Increasing.Concat(Decreasing).GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;

    private static string[] Checked(IReadOnlyList<string> names, string list)
    {
        ArgumentNullException.ThrowIfNull(names, list);
        foreach (var name in names)
            if (string.IsNullOrEmpty(name))
                throw new ArgumentException($"{list} contains an empty name. Name a feature.", list);
        return [.. names];
    }
}
