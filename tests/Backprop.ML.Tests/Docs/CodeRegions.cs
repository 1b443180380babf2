using System.Text.RegularExpressions;

namespace Backprop.ML.Tests.Docs;

/// <summary>Regions of source files, as pages show them.</summary>
internal static partial class CodeRegions
{
    /// <summary>All regions of a file.</summary>
    public static IEnumerable<string> Of(string path) =>
        Region().Matches(File.ReadAllText(path)).Select(match => Unindent(match.Groups[2].Value));

    /// <summary>One region of a file.</summary>
    /// <param name="file">The file, from the folder with the solution.</param>
    /// <param name="name">The name of the region.</param>
    public static string Of(string file, string name) =>
        Region().Matches(File.ReadAllText(Path.Combine(Repository.Root, file))).Where(match => match.Groups[1].Value == name)
            .Select(match => Unindent(match.Groups[2].Value)).Single();

    /// <summary>The same lines without the indentation that all of them have.</summary>
    public static string Unindent(string code)
    {
        var lines = code.Split('\n').Select(line => line.TrimEnd()).ToArray();
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : "")).Trim('\n');
    }

    [GeneratedRegex(@"#region ([^\n]*)\n(.*?)[ \t]*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();
}
