using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests;

/// <summary>Makes training steps for tests that need no state besides the parameters.</summary>
internal static class Steps
{
    public static TrainingStep Make(
        Network network, float[] parameters, TrainingOptions options, int batchSize, int threads, int examplesPerRow = 1,
        BatchShards? shards = null) =>
        new(network, new TrainingState(parameters, options, network), options, batchSize, threads, examplesPerRow, shards: shards);
}
