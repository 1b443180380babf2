using Backprop.Losses;

namespace Backprop.Core.Tests.Losses;

public class LossOptionTests
{
    public static TheoryData<string, Func<Loss>> Refused => new()
    {
        { "Delta", () => new HuberLoss { Delta = 0 } },
        { "Delta", () => new HuberLoss { Delta = double.PositiveInfinity } },
        { "Delta", () => new HuberLoss { Delta = double.NaN } },
        { "Power", () => new TweedieLoss { Power = 1 } },
        { "Power", () => new TweedieLoss { Power = 2 } },
        { "Power", () => new TweedieLoss { Power = double.NaN } },
        { "LabelSmoothing", () => new LogisticLoss { LabelSmoothing = -0.01 } },
        { "LabelSmoothing", () => new LogisticLoss { LabelSmoothing = 1 } },
        { "LabelSmoothing", () => new SoftmaxCrossEntropy { LabelSmoothing = 1 } },
        { "LabelSmoothing", () => new SoftmaxCrossEntropy { LabelSmoothing = double.NaN } },
        { "Gamma", () => new FocalLoss { Gamma = -0.1 } },
        { "Gamma", () => new FocalLoss { Gamma = double.NaN } },
        { "Alpha", () => new FocalLoss { Alpha = 0 } },
        { "Alpha", () => new FocalLoss { Alpha = 1 } },
        { "Alpha", () => new FocalLoss { Alpha = double.NaN } },
        { "Gamma", () => new SoftmaxFocalLoss { Gamma = double.PositiveInfinity } },
        { "Quantiles", () => new PinballLoss { Quantiles = [] } },
        { "Quantiles", () => new PinballLoss { Quantiles = [0, 0.5] } },
        { "Quantiles", () => new PinballLoss { Quantiles = [0.5, 1] } },
        { "Quantiles", () => new PinballLoss { Quantiles = [0.5, 0.2] } },
        { "Quantiles", () => new PinballLoss { Quantiles = [0.5, 0.5] } },
        { "Quantiles", () => new PinballLoss { Quantiles = [double.NaN] } },
    };

    [Theory, MemberData(nameof(Refused))]
    public void An_option_out_of_range_is_refused_by_name(string option, Func<Loss> make) =>
        Assert.Throws<ArgumentOutOfRangeException>(option, make);

    [Fact]
    public void The_ends_that_are_allowed_are_allowed()
    {
        Assert.Equal(0, new FocalLoss { Gamma = 0, Alpha = null }.Gamma);
        Assert.Equal(0, new LogisticLoss { LabelSmoothing = 0 }.LabelSmoothing);
    }

    [Fact]
    public void Quantiles_are_copied_and_compared_one_by_one()
    {
        double[] quantiles = [0.1, 0.9];
        var loss = new PinballLoss { Quantiles = quantiles };
        quantiles[0] = 0.5;
        Assert.Equal([0.1, 0.9], loss.Quantiles);
        Assert.Equal(new PinballLoss { Quantiles = [0.1, 0.9] }, loss);
        Assert.Equal(new PinballLoss { Quantiles = [0.1, 0.9] }.GetHashCode(), loss.GetHashCode());
        Assert.NotEqual(new PinballLoss { Quantiles = [0.1, 0.8] }, loss);
        Assert.NotEqual(new PinballLoss { Quantiles = [0.1] }, loss);
    }

    [Fact]
    public void A_loss_prints_its_options_and_nothing_else()
    {
        Assert.Equal("PinballLoss { Quantiles = [0.1, 0.9] }", new PinballLoss { Quantiles = [0.1, 0.9] }.ToString());
        Assert.Equal("HuberLoss { Delta = 2 }", new HuberLoss { Delta = 2 }.ToString());
        Assert.Equal("SquaredError { }", new SquaredError().ToString());
    }
}
