using System.Text.RegularExpressions;

namespace Backprop.ML.Tests.Docs;

/// <summary>Every block of C# in docs/start, docs/learn and docs/guides is compiled: it is a region of a guide's test or of an
/// example.</summary>
public partial class GuidePagesTests
{
    private static readonly Lazy<HashSet<string>> Regions = new(() =>
    [
        .. Sources("tests/Backprop.ML.Tests/Docs/Guides").Concat(Sources("examples"))
            .SelectMany(CodeRegions.Of),
    ]);

    public static TheoryData<string> Pages =>
    [
        .. new[] { "docs/start", "docs/learn", "docs/guides" }.Select(folder => Path.Combine(Repository.Root, folder))
            .Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void Every_block_of_code_is_compiled(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page));
        Assert.All(CodeBlock().Matches(text), block => Assert.Contains(CodeRegions.Unindent(block.Groups[1].Value), Regions.Value));
    }

    private static string[] Sources(string folder) =>
        Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"^[ \t]*```csharp[^\n]*\n(.*?)^[ \t]*```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
