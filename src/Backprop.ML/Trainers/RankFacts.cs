using Backprop.Distribution;
using Backprop.Training;

namespace Backprop.ML;

/// <summary>Facts that all ranks must have in common.</summary>
internal static class RankFacts
{
    /// <summary>The builds of the two assemblies.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfBuild() =>
        [RankAgreement.BuildOf(typeof(BackpropTrainer)), RankAgreement.BuildOf(typeof(Trainer))];
}
