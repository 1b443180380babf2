using Backprop.Training;

namespace Backprop.ML;

/// <summary>Facts that all ranks must have in common.</summary>
internal static class RankFacts
{
    /// <summary>The builds of the two assemblies. Builds are deterministic, so equal sources have equal identifiers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfBuild() =>
    [
        KeyValuePair.Create("the build of Backprop.ML", VersionOf(typeof(BackpropTrainer))),
        KeyValuePair.Create("the build of Backprop.Core", VersionOf(typeof(Trainer))),
    ];

    private static string VersionOf(Type type) => type.Module.ModuleVersionId.ToString();
}
