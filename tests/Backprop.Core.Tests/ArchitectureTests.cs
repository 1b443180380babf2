using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Backprop.Networks;

namespace Backprop.Core.Tests;

/// <summary>The rules that keep the parts of the core apart.</summary>
public partial class ArchitectureTests
{
    private static readonly Assembly Core = typeof(Network).Assembly;

    // What each folder may know. Numerics ← Activations ← Layers ← Networks ← Training ← Persistence; choices know numbers only.
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Numerics"] = [],
        ["Activations"] = ["Numerics"],
        ["Losses"] = ["Numerics"],
        ["Metrics"] = ["Numerics", "Losses"],
        ["Optimizers"] = ["Numerics"],
        ["Schedules"] = [],
        ["Initializers"] = ["Numerics"],
        ["Layers"] = ["Numerics", "Activations", "Initializers"],
        ["Networks"] = ["Numerics", "Activations", "Initializers", "Layers", "Losses"],
        ["Diagnostics"] = ["Numerics", "Activations", "Layers", "Losses", "Networks"],
        ["Training"] = ["Numerics", "Diagnostics", "Activations", "Initializers", "Layers", "Losses", "Metrics", "Optimizers", "Schedules", "Networks"],
        ["Presets"] =
        [
            "Numerics", "Activations", "Initializers", "Layers", "Losses", "Metrics", "Optimizers", "Schedules", "Networks", "Training",
        ],
        ["Reports"] = ["Diagnostics", "Training"],
        ["Checking"] = ["Numerics", "Initializers", "Layers", "Losses", "Networks", "Persistence"],
        ["Persistence"] = ["Numerics", "Activations", "Initializers", "Layers", "Losses", "Optimizers", "Networks", "Training"],
    };

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(SourceFolder()).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj"))];

    [Fact]
    public void The_core_knows_only_the_base_library_and_tensors()
    {
        var allowed = new[] { "System.Numerics.Tensors", "Backprop.Core.Double" }; // the second is its own twin
        var baseLibrary = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var foreign = Core.GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(name => !allowed.Contains(name) && !File.Exists(Path.Combine(baseLibrary, name + ".dll")));
        Assert.Empty(foreign);
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_uses_only_what_stands_below_it(string folder)
    {
        Assert.True(MayUse.ContainsKey(folder), $"Say in {nameof(MayUse)} what {folder} may use.");
        var files = Directory.GetFiles(Path.Combine(SourceFolder(), folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var used = UsingLine().Matches(File.ReadAllText(file)).Select(match => match.Groups["folder"].Value);
            Assert.True(used.All(name => name == folder || MayUse[folder].Contains(name)), $"{Path.GetFileName(file)} uses {string.Join(", ", used)}; {folder} may use {string.Join(", ", MayUse[folder])}.");
        }
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_is_a_namespace(string folder)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(SourceFolder(), folder), "*.cs", SearchOption.AllDirectories))
            Assert.Contains($"namespace Backprop.{folder};", File.ReadAllText(file));
    }

    [Fact]
    public void Pointers_stay_in_the_kernels()
    {
        var outside = Directory.GetFiles(SourceFolder(), "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "Numerics" && Pointers().IsMatch(File.ReadAllText(file)));
        Assert.Empty(outside);
    }

    // Same seed, same bits, for any number of threads: that leaves no room for hidden memory.
    [Fact]
    public void Nothing_static_can_change()
    {
        var changeable = from type in Core.GetTypes()
                         where !type.IsDefined(typeof(CompilerGeneratedAttribute))
                         from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                         where !(field.IsInitOnly || field.IsLiteral) || field.FieldType.IsArray
                         select $"{type.Name}.{field.Name}";

        // Which processors are taken is the same question for every training run of a process, and scratch is every thread's own; no result depends on either.
        Assert.Equal(["Scratch.t_numbers", "Scratch.t_spare", "Scratch.t_spareOfInner", "ThreadShare.s_taken"], changeable.Order());
    }

    [GeneratedRegex(@"^\s*(global )?using (static |\w+ = )?Backprop\.(?<folder>\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\.")]
    private static partial Regex Pointers();

    private static string SourceFolder() => Path.Combine(Repository.Root, "src", "Backprop.Core");
}
