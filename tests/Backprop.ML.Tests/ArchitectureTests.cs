using System.Text.RegularExpressions;

namespace Backprop.ML.Tests;

/// <summary>The rules that keep the adapter an adapter.</summary>
public partial class ArchitectureTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src", "Backprop.ML");

    [Fact]
    public void The_core_knows_nothing_of_MLNET() =>
        Assert.DoesNotContain(typeof(Networks.Network).Assembly.GetReferencedAssemblies(), reference => reference.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal));

    [Fact]
    public void The_adapter_holds_no_mathematics() =>
        Assert.Empty(Matches(Mathematics(), allowedFolders: []));

    [Fact]
    public void Rows_are_read_only_where_data_comes_in_and_scores_go_out() =>
        Assert.Empty(Matches(Rows(), allowedFolders: ["Data", "Transformers"]));

    [Fact]
    public void Model_files_are_written_and_read_in_one_place() =>
        Assert.Empty(Matches(ModelFileWords(), allowedFolders: ["Persistence"]));

    [Fact]
    public void Access_to_internals_stands_in_one_place() =>
        Assert.Empty(Matches(FriendAccess(), allowedFolders: ["Interop"]));

    private static IEnumerable<string> Matches(Regex words, string[] allowedFolders)
    {
        var files = Directory.GetFiles(Source, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        return files.Where(file => !allowedFolders.Contains(Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar)[0]))
            .SelectMany(file => words.Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"));
    }

    // Bounds of array sizes are no mathematics.
    [GeneratedRegex(@"\bMathF?\.(?!Min\b|Max\b|Clamp\b)\w+|TensorPrimitives|Vector<float>")]
    private static partial Regex Mathematics();

    [GeneratedRegex(@"VBuffer|GetRowCursor|FloatLabelCursor|GetGetter")]
    private static partial Regex Rows();

    [GeneratedRegex(@"ctx\.(Writer|Reader|Save|Load)|context\.(Writer|Reader|Save|Load)|SaveBinaryStream|TryLoadBinaryStream")]
    private static partial Regex ModelFileWords();

    [GeneratedRegex(@"IgnoresAccessChecksTo")]
    private static partial Regex FriendAccess();
}
