using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Backprop.ML.Tests.Conformance;

/// <summary>The rules that keep ML.NET and the mathematics apart.</summary>
public partial class ArchitectureTests
{
    [Fact]
    public void Cursors_and_buffers_are_known_to_Data_and_Transformers_alone() =>
        Assert.Equal(["Data", "Transformers"], FoldersThatSay(Cursors()));

    // How long an array may be has to be worked out somewhere. Everything else is the core's.
    [Fact]
    public void There_is_no_mathematics_but_bounds()
    {
        Assert.Equal(
            ["Math.Clamp", "Math.Max", "Math.Min"],
            Words(Mathematics()).Select(word => word.Word).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["Data", "Transformers"], FoldersThatSay(Mathematics()));
    }

    [Fact]
    public void Model_files_are_written_and_read_in_Persistence_alone() =>
        Assert.Equal(["Persistence"], FoldersThatSay(ModelFiles()));

    [Fact]
    public void Friend_access_is_arranged_in_Interop_alone() =>
        Assert.Equal(
            ["Interop/FriendAccess.targets", "Interop/IgnoresAccessChecksTo.cs"],
            Words(FriendAccess()).Select(word => word.File).Distinct().Where(file => file != "Backprop.ML.csproj")
                .Order(StringComparer.Ordinal));

    [Fact]
    public void The_project_file_only_imports_the_friend_access() =>
        Assert.Equal(["FriendAccess"], Words(FriendAccess()).Where(word => word.File == "Backprop.ML.csproj").Select(word => word.Word));

    [Fact]
    public void The_core_does_not_know_MLNET() =>
        Assert.DoesNotContain(
            typeof(Networks.Network).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal));

    [Fact]
    public void Nothing_static_can_change()
    {
        var changeable = from type in typeof(BackpropTrainer).Assembly.GetTypes()
                         where !type.IsDefined(typeof(CompilerGeneratedAttribute))
                         from field in type.GetFields(
                             BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                         where !(field.IsInitOnly || field.IsLiteral) || field.FieldType.IsArray
                         select $"{type.Name}.{field.Name}";
        Assert.Empty(changeable);
    }

    [Fact]
    public void Every_folder_is_one_of_those_that_the_documentation_names() => Assert.Equal(
        ["Catalog", "Data", "Export", "Interop", "Persistence", "Presets", "Reporting", "Tasks", "Trainers", "Transformers", "Tuning"],
        Words(AnyWord()).Where(word => word.File.Contains('/')).Select(word => word.File.Split('/')[0]).Distinct()
            .Order(StringComparer.Ordinal));

    private static IEnumerable<string> FoldersThatSay(Regex pattern) =>
        Words(pattern).Select(word => word.File.Split('/')[0]).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Where in the sources of Backprop.ML the pattern occurs; comments count too.</summary>
    private static IEnumerable<(string File, string Word)> Words(Regex pattern)
    {
        var source = Path.Combine(Repository.Root, "src", "Backprop.ML");
        return from path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
               let file = Path.GetRelativePath(source, path).Replace('\\', '/')
               where !file.StartsWith("bin/", StringComparison.Ordinal) && !file.StartsWith("obj/", StringComparison.Ordinal)
               from match in pattern.Matches(File.ReadAllText(path))
               select (file, match.Value);
    }

    [GeneratedRegex(@"\w*([Cc]ursor|VBuffer|CursOpt)\w*")]
    private static partial Regex Cursors();

    [GeneratedRegex(@"\b(ctx|context)\.(Writer|Reader|Save\w*|Load\w*)|(Save|TryLoad)BinaryStream")]
    private static partial Regex ModelFiles();

    [GeneratedRegex(@"\b(MathF?\.\w+|(using static System\.Math\w*)|TensorPrimitives|Vector\d*\.\w+)")]
    private static partial Regex Mathematics();

    [GeneratedRegex(@"IgnoresAccessChecksTo|FriendAccess")]
    private static partial Regex FriendAccess();

    [GeneratedRegex(@"\w+")]
    private static partial Regex AnyWord();
}
