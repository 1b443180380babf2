using System.Reflection;
using System.Runtime.Loader;
using System.Text;

namespace Backprop.ML.Tests.Conformance;

/// <summary>
/// The library uses internals of ML.NET, which the compiler sees in copies: what an update of ML.NET moves would be missed only at run
/// time,
/// wherever it is first used. Here everything is looked up at once, and what is missing is named.
/// </summary>
public class InteropTests
{
    private static readonly Assembly _library = typeof(BackpropTrainer).Assembly;
    private static readonly string[] _befriended = ["Microsoft.ML.Core", "Microsoft.ML.Data"];

    [Fact]
    public void Every_member_of_MLNET_that_is_used_exists()
    {
        var used = ReferencedMembers.LookUp(File.ReadAllBytes(_library.Location), _library, _befriended);

        // One internal type, one internal method, one constructor of a generic type, one nested type: otherwise the search is not complete.
        Assert.Superset(
            new HashSet<string>
            {
                "Microsoft.ML.ModelSaveContext",
                "Microsoft.ML.ModelSaveContext.SetVersionInfo",
                "Microsoft.ML.Trainers.TrainerEstimatorBase`2..ctor",
                "Microsoft.ML.SchemaShape.Column",
            },
            used.Select(member => member.Name).ToHashSet());
        Assert.DoesNotContain(used, member => member.Problem is not null);
    }

    // Nothing refers to an abstract member that a base class gains, but no type that lacks it can be loaded.
    [Fact]
    public void Every_type_overrides_what_its_base_class_asks_for() => Assert.NotEmpty(_library.GetTypes());

    // A copy of the library that asks for something else stands for an ML.NET that has something else.
    [Theory]
    [InlineData("SetVersionInfo", "SetVersionInfX", "Microsoft.ML.ModelSaveContext.SetVersionInfX")]
    [InlineData("LabelColumn", "LabelColumX", "Microsoft.ML.Trainers.TrainerEstimatorBase`2.LabelColumX")]
    [InlineData("SchemaShape", "SchemaShapX", "Microsoft.ML.SchemaShapX")]
    [InlineData("CheckFeatureFloatVector", "CheckFeatureFloatVectoX", "Microsoft.ML.Trainers.TrainerUtils.CheckFeatureFloatVectoX")]
    public void A_member_that_is_missing_is_named(string name, string missing, string reported)
    {
        var image = Rename(File.ReadAllBytes(_library.Location), name, missing);
        var context = new AssemblyLoadContext("renamed", isCollectible: true);
        try
        {
            var used = ReferencedMembers.LookUp(image, context.LoadFromStream(new MemoryStream(image)), _befriended);
            Assert.Contains(reported, used.Where(member => member.Problem is not null).Select(member => member.Name));
            Assert.Contains(used, member => member.Problem is null);
        }
        finally
        {
            context.Unload();
        }
    }

    [Fact]
    public void Nothing_public_shows_what_is_internal_to_MLNET()
    {
        Assert.NotEmpty(_library.ExportedTypes);
        Assert.Empty(_library.ExportedTypes.SelectMany(PublicSurface.Invisible));
    }

    [Fact]
    public void What_is_internal_to_MLNET_would_be_named() =>
        Assert.Contains(
            "LearningTask.get_Kind shows PredictionKind",
            PublicSurface.Invisible(_library.GetType("Backprop.ML.Tasks.LearningTask", throwOnError: true)!));

    // Names stand in the metadata as UTF-8 between zeros; of the same length, they can be exchanged in place.
    private static byte[] Rename(byte[] image, string name, string other)
    {
        byte[] before = [0, .. Encoding.UTF8.GetBytes(name), 0], after = [0, .. Encoding.UTF8.GetBytes(other), 0];
        Assert.Equal(before.Length, after.Length);
        var at = image.AsSpan().IndexOf(before);
        Assert.True(at >= 0, $"{name} is not used any more.");
        byte[] renamed = [.. image];
        after.CopyTo(renamed, at);
        return renamed;
    }
}
