namespace Backprop.Persistence;

/// <summary>Finds arrays by name, and collects everything that does not fit.</summary>
/// <param name="weights">The arrays.</param>
internal sealed class WeightFit(NetworkWeights weights)
{
    private const int MaxProblems = 10;

    private readonly HashSet<string> _known = [];
    private readonly List<string> _problems = [];

    /// <summary>Whether there is an array of this name.</summary>
    public bool Has(string name) => weights.TryGet(name, out _);

    /// <summary>The values of an array; empty if it is missing or has another shape.</summary>
    public ReadOnlySpan<float> Values(string name, ReadOnlySpan<int> shape)
    {
        _known.Add(name);
        if (!weights.TryGet(name, out var array))
        {
            _problems.Add($"'{name}' {WeightArray.TextOf(shape)} is missing");
            return [];
        }
        if (array.Shape.SequenceEqual(shape)) return array.Values;
        var hint = array.Shape is [var rows, var columns] && shape is [var first, var second] && rows == second && columns == first
            ? " (it is transposed; NetworkWeights.FromPyTorch converts the layout of PyTorch)"
            : "";
        _problems.Add($"'{name}' has shape {WeightArray.TextOf(array.Shape)}, but {WeightArray.TextOf(shape)} is needed{hint}");
        return [];
    }

    /// <summary>Checks that all arrays were found, with the right shapes, and that there are no others.</summary>
    /// <param name="subject">What the weights should fit.</param>
    /// <exception cref="ArgumentException">An array does not fit; the message lists names and shapes.</exception>
    public void Check(string subject)
    {
        foreach (var array in weights)
            if (!_known.Contains(array.Name)) _problems.Add($"'{array.Name}' {WeightArray.TextOf(array.Shape)} is unknown");
        if (_problems.Count == 0) return;
        var others = _problems.Count > MaxProblems ? $"; and {_problems.Count - MaxProblems} others" : "";
        throw new ArgumentException($"The weights do not fit {subject}: {string.Join("; ", _problems.Take(MaxProblems))}{others}.");
    }
}
