using Backprop.GradientTests.Losses;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.GradientTests.Checking;

/// <summary>A checker that never complains proves nothing: each deliberate mistake must be found, and for the right reason.</summary>
public class CheckerTests
{
    private static readonly Dense Dense = new(3, 5);

    public static TheoryData<int> ParametersOfTheDenseLayer => [.. Enumerable.Range(0, Dense.ParameterCount)];

    [Fact]
    public void A_correct_copy_passes() => LayerCheck.Verify(new UntamperedDense(Dense), rows: 4);

    [Fact]
    public void A_slope_one_percent_too_steep_is_found() =>
        AssertRejected("dx[0]", () => LayerCheck.Verify(new ActivationLayer(5, new SteepTanh()), rows: 2));

    // Parameters 0 to 14 are weights, 15 to 19 biases.
    [Theory, MemberData(nameof(ParametersOfTheDenseLayer))]
    public void A_weight_or_bias_with_a_gradient_one_percent_too_large_is_found(int parameter) =>
        AssertRejected($"dParameters[{parameter}]", () => LayerCheck.Verify(new OnePercentOff(Dense, parameter), rows: 4));

    [Fact]
    public void A_backward_that_adds_to_dParameters_is_found() =>
        AssertRejected("dParameters after a second backward", () => LayerCheck.Verify(new AccumulatingParameters(Dense), rows: 4));

    [Fact]
    public void A_backward_that_leaves_dx_unassigned_is_found() =>
        AssertRejected("dx", () => LayerCheck.Verify(new LeavingDxUnassigned(Dense), rows: 4));

    [Fact]
    public void A_backward_that_adds_to_dx_is_found() =>
        AssertRejected("dx after a second backward", () => LayerCheck.Verify(new AccumulatingDx(Dense), rows: 4));

    [Fact]
    public void A_forward_that_leaves_an_output_unassigned_is_found() =>
        AssertRejected("Forward leaves an output unassigned", () => LayerCheck.Verify(new LeavingOutputUnassigned(Dense), rows: 4));

    [Fact]
    public void A_loss_with_a_gradient_one_percent_too_large_is_found()
    {
        foreach (var loss in Loss.All)
            AssertRejected("gradient of the rows", () =>
                LossCheck.Verify(
                    new SteepLoss(loss), TestPoints.AwayFromZero(4 * loss.OutputsFor(3), seed: 51), loss.OutputsFor(3),
                    LossTargets.For(loss, 4, 3)));
    }

    [Fact]
    public void A_network_with_one_wrong_part_is_found()
    {
        var network = Network.FullyConnected(4, [5], 3, new SteepTanh());
        AssertRejected("gradient of 4-5-3[", () => NetworkCheck.Verify(network, new SquaredError(), TestPoints.AwayFromZero(15, seed: 52)));
    }

    private static void AssertRejected(string where, Action check) =>
        Assert.StartsWith(where, Assert.Throws<GradientMismatchException>(check).Message);
}
