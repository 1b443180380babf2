namespace Backprop.ML.Tests.Docs;

/// <summary>A unified diff whose hunks are found by their text, so that changes elsewhere in a file do not matter.</summary>
internal sealed class SourcePatch
{
    private readonly List<(string File, string Old, string New)> _hunks = [];

    /// <summary>The files that it changes, by their path in the repository.</summary>
    public IReadOnlyList<string> Files => [.. _hunks.Select(hunk => hunk.File).Distinct()];

    /// <summary>Reads a diff.</summary>
    public static SourcePatch Read(string path)
    {
        var patch = new SourcePatch();
        var file = "";
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("+++ b/", StringComparison.Ordinal)) file = line[6..];
            else if (line.StartsWith("@@", StringComparison.Ordinal)) patch._hunks.Add((file, "", ""));
            else if (!line.StartsWith("--- ", StringComparison.Ordinal)) patch.Add(line[0], line[1..] + "\n");
        }
        return patch;
    }

    /// <summary>Changes the files below a folder.</summary>
    public void ApplyTo(string folder)
    {
        foreach (var (file, old, replacement) in _hunks)
        {
            var path = Path.Combine(folder, file);
            var text = File.ReadAllText(path);
            var at = text.IndexOf(old, StringComparison.Ordinal);
            var isUnique = at >= 0 && text.IndexOf(old, at + 1, StringComparison.Ordinal) < 0;
            Assert.True(isUnique, $"{file} does not have these lines exactly once:\n{old}");
            File.WriteAllText(path, text.Remove(at, old.Length).Insert(at, replacement));
        }
    }

    private void Add(char kind, string line)
    {
        var (file, old, replacement) = _hunks[^1];
        if (kind != '+') old += line;
        if (kind != '-') replacement += line;
        _hunks[^1] = (file, old, replacement);
    }
}
