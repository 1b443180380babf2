using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Training;

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
        ["Uncertainty"] = ["Numerics"],
        ["Losses"] = ["Numerics", "Uncertainty"],
        ["Metrics"] = ["Numerics", "Losses"],
        ["Optimizers"] = ["Numerics"],
        ["Schedules"] = ["Numerics"],
        ["Initializers"] = ["Numerics"],
        ["Layers"] = ["Numerics", "Activations", "Initializers"],
        ["Networks"] = ["Numerics", "Activations", "Initializers", "Layers", "Losses", "Uncertainty"],
        ["Export"] = ["Activations", "Layers", "Losses", "Networks", "Uncertainty"],
        ["Explanations"] = ["Numerics", "Layers", "Networks"],
        ["Diagnostics"] = ["Numerics", "Activations", "Layers", "Losses", "Networks"],
        ["Training"] = [
            "Numerics", "Diagnostics", "Activations", "Initializers", "Layers", "Losses", "Metrics", "Optimizers", "Schedules", "Networks",
            "Uncertainty", "Distribution"],
        ["Distribution"] = [],
        ["Presets"] =
        [
            "Numerics", "Activations", "Initializers", "Layers", "Losses", "Metrics", "Optimizers", "Schedules", "Networks", "Training",
            "Persistence", "Distribution",
        ],
        ["Reports"] = ["Diagnostics", "Metrics", "Training"],
        ["Checking"] = ["Numerics", "Initializers", "Layers", "Losses", "Networks", "Persistence"],
        ["Persistence"] = [
            "Numerics", "Activations", "Initializers", "Layers", "Losses", "Optimizers", "Networks", "Training", "Uncertainty"],
    };

    public static TheoryData<string> Folders =>
        [
            .. Directory.GetDirectories(SourceFolder()).Select(folder => Path.GetFileName(folder)!)
                .Where(name => name is not ("bin" or "obj"))];

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
            Assert.True(
                used.All(name => name == folder || MayUse[folder].Contains(name)),
                $"{Path.GetFileName(file)} uses {string.Join(", ", used)}; {folder} may use {string.Join(", ", MayUse[folder])}.");
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

    [Theory, InlineData("Run"), InlineData("Ranks")]
    public void No_method_of_a_run_is_longer_than_60_lines(string folder)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(SourceFolder(), "Training", folder), "*.cs"))
        {
            var lines = File.ReadAllLines(file);
            for (var first = 0; first < lines.Length; first++)
            {
                // A member's body begins and ends with a brace at the indentation of members.
                if (lines[first] != "    {") continue;
                var length = Array.IndexOf(lines, "    }", first) - first;
                Assert.True(
                    length <= 60, $"{Path.GetFileName(file)}, line {first + 1}: the member has {length} lines; at most 60 are allowed.");
            }
        }
    }

    [Fact]
    public void The_loop_of_training_has_at_most_8_variables()
    {
        var run = typeof(Trainer).GetMethod("Run", BindingFlags.Instance | BindingFlags.NonPublic)!;
        Assert.InRange(run.GetMethodBody()!.LocalVariables.Count, 1, 8);
    }

    [Fact]
    public void Line_search_is_named_in_three_places_besides_its_own_files()
    {
        string[] own = ["Lbfgs.cs", "LbfgsMemory.cs", "LbfgsDescent.cs"];
        var naming = Directory.GetFiles(SourceFolder(), "*.cs", SearchOption.AllDirectories)
            .Where(file => !own.Contains(Path.GetFileName(file)))
            .SelectMany(
                file =>
                    File.ReadLines(file).Where(
                        line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && LineSearch().IsMatch(line)));
        Assert.InRange(naming.Count(), 1, 3);
    }

    // Same seed, same bits, for any number of threads: that leaves no room for hidden memory.
    [Fact]
    public void Nothing_static_can_change()
    {
        var changeable = from type in Core.GetTypes()
                         where !type.IsDefined(typeof(CompilerGeneratedAttribute))
                         from field in type.GetFields(
                             BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                         where !(field.IsInitOnly || field.IsLiteral) || field.FieldType.IsArray
                         select $"{type.Name}.{field.Name}";

        // Which processors are taken is the same question for every training run of a process, and scratch is every thread's own; no result
        // depends on either.
        string[] ofScratch = ["t_blocks", "t_doubles", "t_indices", "t_numbers", "t_spare", "t_spareOfInner"];
        Assert.Equal([.. ofScratch.Select(name => $"Scratch.{name}"), "ThreadShare.s_taken"], changeable.Order());
    }

    // What a layer can do is an interface that it has or has not. Only lists and builders say which layers there are.
    [Theory, InlineData("Backprop.Core"), InlineData("Backprop.ML")]
    public void Only_layers_and_builders_name_a_layer(string assembly)
    {
        var source = Path.Combine(Repository.Root, "src", assembly);
        string[] builders = ["NetworkBuilder.cs", "MultilayerPerceptron.cs", "NumericEmbedding.cs", "MonotoneLayers.cs"];
        var names = LayerNames.In(Core);
        Assert.All(Layer.Kinds, kind => Assert.Contains(kind.Name, names.All));
        var naming = from file in Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories)
                     let folders = Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar)
                     where folders[0] is not ("bin" or "obj" or "Layers") && !builders.Contains(folders[^1])
                     from name in names.NamedBy(File.ReadAllText(file))
                     select $"{folders[^1]} names {name}";
        Assert.Empty(naming);
    }

    [Theory]
    [InlineData("if (layer is Dropout) return;", "Dropout")]
    [InlineData("if (layer is not (Dense or SmoothClip { Limit: 3 })) return;", "Dense", "SmoothClip")]
    [InlineData("var skips = layers.OfType<SkipConnection>();", "SkipConnection")]
    [InlineData("InputSkip skip = (InputSkip)layers[0];", "InputSkip")]
    [InlineData("var layer = new Layers.InputScale(3);", "InputScale")]
    [InlineData("throw new ArgumentException(nameof(GroupedDense));", "GroupedDense")]
    [InlineData("public double Dropout { get; init; } // unlike Dense")]
    [InlineData("builder.Dense(8).Dropout(options.Dropout); Dropout = Dropout; Check(nameof(Dropout));")]
    [InlineData("/// <summary>See <see cref=\"GroupedDense\"/>.</summary>")]
    public void The_search_for_names_of_layers_finds_types_alone(string code, params string[] expected) =>
        Assert.Equal(expected, LayerNames.In(Core).NamedBy(code).Distinct());

    [GeneratedRegex(@"^\s*(global )?using (static |\w+ = )?Backprop\.(?<folder>\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\bLbfgs\b")]
    private static partial Regex LineSearch();

    [GeneratedRegex(@"\bunsafe\b|\bUnsafe\.")]
    private static partial Regex Pointers();

    private static string SourceFolder() => Path.Combine(Repository.Root, "src", "Backprop.Core");
}
