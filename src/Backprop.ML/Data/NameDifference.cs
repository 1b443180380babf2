using System.Globalization;

namespace Backprop.ML.Data;

/// <summary>Describes how two lists of names differ.</summary>
internal static class NameDifference
{
    private const int MaxNames = 5;

    /// <summary>The names that are in only one of the lists, and those that occur twice; null if both lists have the same names.</summary>
    /// <param name="known">The names of the model.</param>
    /// <param name="found">The names of the data.</param>
    public static string? Of(IReadOnlyList<string> known, IReadOnlyList<string> found)
    {
        string[] parts =
        [
            Part("missing", known.Except(found)),
            Part("new", found.Except(known)),
            Part("twice in the training data", Repeated(known)),
            Part("twice in this data", Repeated(found)),
        ];
        var all = string.Join("; ", parts.Where(part => part.Length > 0));
        return all.Length > 0 ? all : null;
    }

    /// <summary>The first of some names, in quotes, and the number of the others.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0) return "none";
        var first = string.Join(", ", names.Take(MaxNames).Select(name => $"'{name}'"));
        return names.Count <= MaxNames ? first : string.Create(CultureInfo.InvariantCulture, $"{first} and {names.Count - MaxNames} more");
    }

    private static string Part(string kind, IEnumerable<string> names)
    {
        string[] some = [.. names];
        return some.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{some.Length} {kind} ({List(some)})");
    }

    private static IEnumerable<string> Repeated(IReadOnlyList<string> names) =>
        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);
}
