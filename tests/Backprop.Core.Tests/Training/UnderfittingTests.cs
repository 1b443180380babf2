using Backprop.Losses;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A run that ends while both losses are high and still falling is underfitted; noise, overfitting and a finished run are
/// not.</summary>
public class UnderfittingTests
{
    // Half of the examples are of either class: the best constant has log 2.
    private static readonly ExampleSet Halves = new(new float[100], 1, [.. Enumerable.Range(0, 100).Select(row => row % 2f)]);

    [Fact]
    public void Losses_that_are_high_and_still_falling_are_underfitting()
    {
        var found = Find(new LogisticLoss(), training: epoch => 0.69 - 0.2 * Late(epoch), heldOut: epoch => 0.69 - 0.18 * Late(epoch));
        Assert.NotNull(found);
        Assert.Equal(Math.Log(2), found.Constant, 3);
        Assert.Equal(0, found.Perfect);
        Assert.Equal(0.51, found.HeldOut, 2);
        Assert.Equal(40, found.Epochs);
        Assert.InRange(found.Fall, 0.05, 0.18);
    }

    [Fact]
    public void The_best_constant_does_not_depend_on_the_order_of_the_examples()
    {
        const int rows = 20_000;
        var sorted = new ExampleSet(new float[rows], 1, [.. Enumerable.Range(0, rows).Select(row => row < rows / 2 ? 0f : 1f)]);
        Assert.Equal(0.95 * Math.Log(2), Underfitting.LossOfNothingLearned(new LogisticLoss(), sorted, targets: null, outputs: 1), 3);
    }

    [Fact]
    public void Noise_that_was_soon_reached_is_not() =>
        Assert.Null(Find(new LogisticLoss(), training: epoch => 0.5 + 0.19 / epoch, heldOut: epoch => 0.52 + 0.17 / epoch));

    [Fact]
    public void A_held_out_loss_that_rises_is_not() =>
        Assert.Null(Find(new LogisticLoss(), training: epoch => 0.69 - 0.3 * Late(epoch), heldOut: epoch => 0.6 + 0.1 * Late(epoch)));

    [Fact]
    public void A_held_out_loss_far_above_the_training_loss_is_not() =>
        Assert.Null(Find(new LogisticLoss(), training: epoch => 0.69 - 0.5 * Late(epoch), heldOut: epoch => 0.69 - 0.1 * Late(epoch)));

    [Fact]
    public void Little_that_is_left_to_learn_is_not() =>
        Assert.Null(Find(new LogisticLoss(), training: epoch => 0.69 - 0.6 * Late(epoch), heldOut: epoch => 0.69 - 0.58 * Late(epoch)));

    [Fact]
    public void A_run_that_ended_early_is_not_judged() =>
        Assert.Null(Find(new LogisticLoss(), epoch => 0.69 - 0.2 * Late(epoch), epoch => 0.69 - 0.18 * Late(epoch), planned: 80));

    [Fact]
    public void A_run_without_held_out_rows_is_not_judged() =>
        Assert.Null(Find(new LogisticLoss(), epoch => 0.69 - 0.2 * Late(epoch), _ => null));

    [Fact]
    public void Smoothed_labels_keep_even_a_perfect_prediction_from_0()
    {
        // H(0.95, 0.05) = 0.1985; 0.25 is near it, and high for labels that are not smoothed.
        Assert.Null(
            Find(new LogisticLoss { LabelSmoothing = 0.1 }, epoch => 0.69 - 0.44 * Late(epoch), epoch => 0.69 - 0.43 * Late(epoch)));
        var found = Find(new LogisticLoss { LabelSmoothing = 0.1 }, epoch => 0.69 - 0.2 * Late(epoch), epoch => 0.69 - 0.18 * Late(epoch));
        Assert.Equal(0.1985, found!.Perfect, 4);
        Assert.Equal(Math.Log(2), found.Constant, 3);
    }

    [Fact]
    public void A_loss_whose_least_value_is_not_known_is_not_judged() =>
        Assert.Null(Find(new PoissonLoss(), epoch => 0.69 - 0.2 * Late(epoch), epoch => 0.69 - 0.18 * Late(epoch)));

    // 0 for half of the run, then rising to 1.
    private static double Late(int epoch) => Math.Max(0, epoch - 20) / 20.0;

    private static Underfitting? Find(Loss loss, Func<int, double> training, Func<int, double?> heldOut, int planned = 40)
    {
        EpochReport[] history = [
            .. Enumerable.Range(1, 40).Select(
                epoch => new EpochReport(epoch, 0.1, training(epoch), epoch % 2 == 0 ? heldOut(epoch) : null))];
        return Underfitting.Of(
            history, new TrainingOptions { Loss = loss, NumberOfIterations = planned }, Halves, targets: null, outputs: 1);
    }
}
