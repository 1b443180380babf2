using Backprop.Activations;
using Backprop.GradientTests.Checking;
using Backprop.GradientTests.Losses;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.GradientTests.Networks;

public class NetworkGradientTests
{
    private const int Rows = 5, Targets = 3;

    public static TheoryData<Activation, Loss, string> Cases()
    {
        var cases = new TheoryData<Activation, Loss, string>();
        foreach (var activation in Activation.All)
            foreach (var loss in Loss.All)
                foreach (var hidden in (string[])["", "5", "5,3,4"]) cases.Add(activation, loss, hidden);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_is_the_derivative_of_the_weighted_mean_loss_by_every_parameter(
        Activation activation, Loss loss, string hiddenLayers)
    {
        var hidden = hiddenLayers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
        NetworkCheck.Verify(
            Network.FullyConnected(4, hidden, loss.OutputsFor(Targets), activation), loss, LossTargets.For(loss, Rows, Targets));
    }
}
