using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Losses;

/// <summary>Targets that a loss does not allow are refused before the first step.</summary>
public class TargetTests
{
    public static TheoryData<Loss, float, string> Refused => new()
    {
        { new PoissonLoss(), -1e-3f, "PoissonLoss allows values ≥ 0" },
        { new TweedieLoss(), -2, "TweedieLoss allows values ≥ 0" },
        { new GammaLoss(), 0, "GammaLoss allows values > 0" },
        { new GammaLoss(), -1, "GammaLoss allows values > 0" },
        { new LogisticLoss(), -0.5f, "LogisticLoss allows values from 0 to 1" },
        { new LogisticLoss(), 1.5f, "LogisticLoss allows values from 0 to 1" },
        { new FocalLoss(), 0.5f, "FocalLoss allows 0 or 1" },
        { new HingeLoss(), -1, "HingeLoss allows 0 or 1" },
        { new SquaredHingeLoss(), 2, "SquaredHingeLoss allows 0 or 1" },
        { new SoftmaxCrossEntropy(), 3, "SoftmaxCrossEntropy allows one class" },
        { new SoftmaxCrossEntropy(), 0.5f, "SoftmaxCrossEntropy allows one class" },
        { new SoftmaxFocalLoss(), -1, "SoftmaxFocalLoss allows one class" },
        { new SoftmaxFocalLoss(), 4e9f, "SoftmaxFocalLoss allows one class" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void A_target_that_is_not_allowed_is_refused_with_its_row_and_value(Loss loss, float target, string words)
    {
        var network = Network.FullyConnected(1, [], loss.TargetKind == TargetKind.Class ? 3 : 1, new Identity());
        ExampleSet good = new([1, 2, 3], 1, [1, 1, 1]), bad = new([1, 2, 3], 1, [1, 1, target]);
        var trainer = new Trainer(new TrainingOptions { Loss = loss, NumberOfIterations = 1 });

        var message = Assert.Throws<ArgumentException>("training", () => trainer.Train(network, bad)).Message;
        Assert.Contains($"The target of row 2 of training is {target}; {words}", message);
        Assert.Contains(
            "row 2 of validation", Assert.Throws<ArgumentException>("validation", () => trainer.Train(network, good, bad)).Message);
    }

    public static TheoryData<Loss, float> Allowed => new()
    {
        { new PoissonLoss(), 0 }, { new PoissonLoss(), 2.5f }, { new TweedieLoss(), 0 }, { new GammaLoss(), 1e-30f },
        { new LogisticLoss(), 0.25f },
        { new LogisticLoss(), 0 }, { new HingeLoss(), 0 }, { new FocalLoss(), 1 }, { new SoftmaxCrossEntropy(), 2 },
        { new SoftmaxFocalLoss(), 0 },
    };

    [Theory, MemberData(nameof(Allowed))]
    public void Every_other_target_is_learned_from(Loss loss, float target)
    {
        var network = Network.FullyConnected(1, [], loss.TargetKind == TargetKind.Class ? 3 : 1, new Identity());
        var result = new Trainer(new TrainingOptions { Loss = loss, NumberOfIterations = 1 })
            .Train(network, new ExampleSet([1, 2], 1, [1, target]));
        Assert.True(double.IsFinite(result.History[0].TrainingLoss));
    }

    [Fact]
    public void Several_targets_are_all_looked_at()
    {
        var network = Network.FullyConnected(1, [], 3, new Identity());
        var shares = new ExampleSet([1, 2], 1, [0.5f, 0.5f, 0, 0.9f, 1.1f, -1], targetCount: 3);
        var message = Assert.Throws<ArgumentException>(
            () => new Trainer(new TrainingOptions { Loss = new SoftmaxCrossEntropy() }).Train(network, shares)).Message;
        Assert.Contains("row 1 of training is 0.9, 1.1, -1", message);
    }
}
