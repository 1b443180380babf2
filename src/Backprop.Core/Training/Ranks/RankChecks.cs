using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>Checks before a run that several ranks can share the members of an ensemble with the result of one process.</summary>
internal static class RankChecks
{
    /// <exception cref="ArgumentException">An option needs all members in one process; the message names it.</exception>
    /// <exception cref="NotSupportedException">A layer cannot be divided; the message names it.</exception>
    public static void Check(TrainingOptions options, Network network)
    {
        if (network.EnsembleSize == 1)
            throw new ArgumentException($"Network {network} has one member, which several ranks cannot share.", nameof(network));
        if (options.GradientClipping is { Measure: not ClippingMeasure.Value })
            throw Refusal(nameof(TrainingOptions.GradientClipping), "measures the gradient of all members", "clip by value");
        if (options.Loss is GroupLoss)
            throw Refusal(options.Loss.GetType().Name, "is a loss of whole groups", "use another loss");
        if (options.Mixup is not null) throw Refusal(nameof(TrainingOptions.Mixup), "mixes losses of members", "set it to null");
        if (options.OptimizerMemory is not null)
            throw Refusal(nameof(TrainingOptions.OptimizerMemory), "has the memory of all members", "set it to null");
        if (options.Diagnostics) throw Refusal(nameof(TrainingOptions.Diagnostics), "inspects all members", "set it to false");
        if (options.EarlyStopping is { RefitOnAllRows: true })
            throw Refusal(nameof(EarlyStopping.RefitOnAllRows), "trains a second time", "set it to false");
        for (var l = 0; l < network.LayerOfMembers; l++) CheckShared(network.Layers[l], l, options.KFoldBagging);
        _ = new MemberSlice(network, new MemberRange(0, 1, network.EnsembleSize));
    }

    /// <summary>The message of the exception of <see cref="Check"/>; null for none.</summary>
    public static string? Obstacle(TrainingOptions options, Network network)
    {
        try
        {
            Check(options, network);
            return null;
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            return problem.Message;
        }
    }

    // With k-fold bagging, the rows of a layer before the members are those of all members.
    private static void CheckShared(Layer layer, int index, bool hasOwnExamples)
    {
        const string advice = "move it behind the layer that makes the members";
        var name = $"layer {index} ({layer.Caption})";
        if (layer.Blocks.Any(block => block.Role != ParameterRole.Statistic))
            throw Refusal(name, "learns from all members", advice);
        if (hasOwnExamples && layer.IsRandom)
            throw Refusal(name, "draws random numbers for the rows of all members", advice);
    }

    private static ArgumentException Refusal(string name, string reason, string advice) => new(
        $"Several ranks cannot share the members of an ensemble with {name}, because it {reason}. To distribute, {advice}; otherwise, "
        + "train in one process.");
}
