using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Schedules of other values than the learning rate: with a factor that stays the same, training is that of the product.</summary>
public class ScheduledValueTests
{
    private static readonly TrainingOptions Plain = Problems.GradientDescent with { Seed = 4, BatchSize = 7 };

    public static TheoryData<string, TrainingOptions, TrainingOptions> Halves => new()
    {
        { "weight decay", Plain with { WeightDecay = 0.4, WeightDecaySchedule = new Half() }, Plain with { WeightDecay = 0.2 } },

        {
            "momentum", Plain with { Optimizer = new Momentum { Coefficient = 0.8 }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new Momentum { Coefficient = 0.4 } }
        },

        {
            "Nesterov", Plain with { Optimizer = new Nesterov { Coefficient = 0.8 }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new Nesterov { Coefficient = 0.4 } }
        },

        {
            "Adam", Plain with { Optimizer = new Adam { Beta1 = 0.8 }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new Adam { Beta1 = 0.4 } }
        },

        {
            "AdamW", Plain with { Optimizer = new AdamW { Beta1 = 0.8 }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new AdamW { Beta1 = 0.4 } }
        },

        {
            "AMSGrad", Plain with { Optimizer = new AmsGrad { Beta1 = 0.8 }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new AmsGrad { Beta1 = 0.4 } }
        },

        {
            "lookahead", Plain with { Optimizer = new Lookahead { Inner = new Adam { Beta1 = 0.8 } }, MomentumSchedule = new Half() },
            Plain with { Optimizer = new Lookahead { Inner = new Adam { Beta1 = 0.4 } } }
        },
    };

    [Theory, MemberData(nameof(Halves))]
    public void Half_the_value_by_a_schedule_is_half_the_value(string what, TrainingOptions scheduled, TrainingOptions plain)
    {
        var set = Problems.Surface(23, seed: 1);
        float[] a = [.. new Trainer(scheduled).Train(Problems.TwoToOne(5), set).Network.Parameters],
            b = [.. new Trainer(plain).Train(Problems.TwoToOne(5), set).Network.Parameters];
        Assert.True(a.SequenceEqual(b), what);
        Assert.NotEqual(
            b,
            [
                .. new Trainer(scheduled with { WeightDecaySchedule = null, MomentumSchedule = null })
                    .Train(Problems.TwoToOne(5), set).Network.Parameters]);
    }

    [Fact]
    public void Half_the_dropout_by_a_schedule_is_half_the_dropout()
    {
        var set = Problems.Surface(23, seed: 1);
        float[] Train(double rate, Schedule? schedule) =>
            [
                .. new Trainer(Plain with { LearningRate = 0.01, DropoutSchedule = schedule })
                    .Train(new NetworkBuilder(2).Dense(9).Dropout(rate).Dense(1).Build(), set).Network.Parameters];
        TestNumbers.AssertSameBits(Train(0.25, null), Train(0.5, new Half()));
        Assert.NotEqual(Train(0.5, null), Train(0.5, new Half()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Half_the_label_smoothing_by_a_schedule_is_half_the_smoothing_in_training_alone(bool binary)
    {
        float[] features = TestNumbers.Normal(40, seed: 1), labels = [.. Enumerable.Range(0, 20).Select(i => (float)(i % 2))];
        var set = new ExampleSet(features, 2, labels);
        Loss Smoothed(double smoothing) =>
            binary ? new LogisticLoss { LabelSmoothing = smoothing } : new SoftmaxCrossEntropy { LabelSmoothing = smoothing };
        TrainingResult Train(double smoothing, Schedule? schedule) =>
            new Trainer(Plain with { Loss = Smoothed(smoothing), LabelSmoothingSchedule = schedule, EarlyStopping = null })
                .Train(Network.FullyConnected(2, [4], binary ? 1 : 2, new Backprop.Activations.Tanh()), set, set);
        TrainingResult plain = Train(0.1, null), scheduled = Train(0.2, new Half());
        TestNumbers.AssertSameBits(plain.Network.Parameters, scheduled.Network.Parameters);
        Assert.Equal(plain.History.Select(report => report.TrainingLoss), scheduled.History.Select(report => report.TrainingLoss));
        // Validation has the loss as it is, 0.2.
        Assert.Equal(Problems.MeanLoss(scheduled.Network, set), scheduled.History[^1].ValidationLoss!.Value, 1e-6);
        Assert.NotEqual(plain.History[^1].ValidationLoss, scheduled.History[^1].ValidationLoss);
    }

    [Fact]
    public void A_schedule_that_moves_gives_the_same_bits_for_any_number_of_threads()
    {
        var options = Plain with
        {
            Optimizer = new AdamW { Beta1 = 0.95 },
            LearningRate = 0.01,
            LearningRateSchedule = new OneCycleSchedule(),
            MomentumSchedule = new OneCycleMomentum(),
            WeightDecaySchedule = new FlatCosineSchedule(),
            DropoutSchedule = new CosineDecay(),
            BatchSize = 100,
            NumberOfThreads = 1,
        };
        var (network, set) = (
            new NetworkBuilder(2).Dense(200).Activation(new Backprop.Activations.ReLU()).Dropout(0.3).Dense(200).Dense(1).Build(),
            Problems.Surface(700, seed: 5));
        var one = new Trainer(options).Train(network, set);
        TestNumbers.AssertSameBits(
            one.Network.Parameters, new Trainer(options with { NumberOfThreads = 4 }).Train(network, set).Network.Parameters);
    }

    [Fact]
    public void Momentum_cannot_be_scheduled_where_there_is_none()
    {
        var problem = Assert.Throws<ArgumentException>(
            nameof(TrainingOptions.MomentumSchedule),
            () => new Trainer(Plain with { Optimizer = new Sgd(), MomentumSchedule = new OneCycleMomentum() }));
        Assert.Contains(nameof(Sgd), problem.Message, StringComparison.Ordinal);
    }

    private sealed record Half : Schedule
    {
        public override double FactorAt(TrainingMoment moment) => 0.5;
    }
}
