using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The state of a training is a list of named values, which decides everything that follows.</summary>
public class TrainingStateTests
{
    private const int Rows = 96, BatchSize = 16, StepsBefore = 7, StepsAfter = 9;

    private static readonly ExampleSet _examples = Problems.Surface(Rows, seed: 3);

    public static TheoryData<string> Trainings =>
        [
            .. Optimizer.All.OfType<StepwiseOptimizer>().Select(optimizer => optimizer.GetType().Name), "average",
            "lookahead of NAdam", "lookahead of Muon",
            "clipping, noise"];

    // As much as a checkpoint has to do: a state that was filled with the listed values goes on with the same bits, with other threads.
    [Theory, MemberData(nameof(Trainings))]
    public void A_state_that_was_copied_by_its_list_goes_on_with_the_same_bits(string name)
    {
        var options = OptionsOf(name);
        var straight = Start(options);
        Learn(straight, options, 0, StepsBefore + StepsAfter, threads: 1);

        var first = Start(options);
        Learn(first, options, 0, StepsBefore, threads: 2);
        var list = new Lister();
        first.Visit(list);
        var second = new TrainingState(new float[first.Parameters.Length], options, MakeNetwork());
        second.Visit(new Restorer(list));
        Learn(second, options, StepsBefore, StepsAfter, threads: 3);

        TestNumbers.AssertSameBits(straight.Parameters, second.Parameters);
        TestNumbers.AssertSameBits(straight.Predictor, second.Predictor);
        Assert.Equal(StepsBefore + StepsAfter, second.GradientPasses);
    }

    [Theory, MemberData(nameof(Trainings))]
    public void The_list_does_not_depend_on_the_number_of_threads(string name)
    {
        var options = OptionsOf(name);
        Lister? expected = null;
        foreach (var threads in new[] { 1, 2, 4 })
        {
            var state = Start(options);
            Learn(state, options, 0, StepsBefore, threads);
            var list = new Lister();
            state.Visit(list);
            expected ??= list;
            Assert.Equal(expected.Values.Keys, list.Values.Keys);
            Assert.All(expected.Values, pair => Assert.Equal(pair.Value, list.Values[pair.Key]));
        }
        Assert.Contains("parameters", expected!.Values.Keys);
    }

    [Fact]
    public void Adam_lists_its_means_by_name_for_all_parameters()
    {
        var options = OptionsOf(nameof(Adam));
        var state = Start(options);
        Learn(state, options, 0, 1, threads: 1);
        var list = new Lister();
        state.Visit(list);
        Assert.Equal(state.Parameters.Length, list.Values["optimizer/mean"].Length);
        Assert.Equal(state.Parameters.Length, list.Values["optimizer/variance"].Length);
        Assert.Equal([1d], list.Values["optimizer/step"]);
    }

    [Fact]
    public void Schedules_that_watch_the_loss_best_parameters_and_the_history_are_in_the_list()
    {
        var options = new TrainingOptions { Loss = new SquaredError(), LearningRateSchedule = new ReduceOnPlateau { Patience = 0 } };
        var state = new TrainingState([1, 2], options, Network.FullyConnected(1, [], 1, new Tanh()))
        {
            Best = new EarlyStopping().Start(2),
            Tolerance = new LossTolerance().Start()
        };
        state.Schedules.Observe(1);
        state.Schedules.Observe(2);
        state.Best.Observe(1, 0.5, [3, 4]);
        state.Tolerance.Observe(0.25);
        state.History.Add(new EpochReport(1, 0.1, 0.25, null, null));
        state.History.Add(new EpochReport(2, 0.2, 0.5, 0.75, 0.875));
        var list = new Lister();
        state.Visit(list);

        var copy = new TrainingState(new float[2], options, Network.FullyConnected(1, [], 1, new Tanh()))
        {
            Best = new EarlyStopping().Start(2),
            Tolerance = new LossTolerance().Start()
        };
        copy.Visit(new Restorer(list));
        Assert.Equal(state.History, copy.History);
        Assert.Equal(0.1 * options.Optimizer.DefaultLearningRate, copy.Schedules.At(default).LearningRate, 1e-12);
        var best = new float[2];
        Assert.Equal(1, copy.Best.Restore(best));
        Assert.Equal([3f, 4], best);
    }

    // What sums the gradient over processes gets all of it, once a step, before any parameter is updated.
    private static TrainingOptions OptionsOf(string name)
    {
        var options = new TrainingOptions { Loss = new SquaredError(), Seed = 5, WeightDecay = 0.01 };
        return name switch
        {
            "average" => options with { WeightAveraging = new ExponentialMovingAverage() },
            "lookahead of NAdam" => options with { Optimizer = new Lookahead { Inner = new NAdam(), Steps = 3 } },
            "lookahead of Muon" => options with { Optimizer = new Lookahead { Inner = new Muon { Interval = 2 }, Steps = 3 } },
            "clipping, noise" =>
                options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1), Mixup = new Mixup() },
            _ => options with { Optimizer = Optimizer.All.Single(optimizer => optimizer.GetType().Name == name) },
        };
    }

    private static Network MakeNetwork() =>
        new NetworkBuilder(2).Dense(7).Activation(new Tanh()).Dropout(0.2).Dense(5).Activation(new ReLU()).Dense(1).Build();

    private static TrainingState Start(TrainingOptions options) =>
        new(MakeNetwork().Initialize(new Backprop.Initializers.GlorotUniform(), seed: 1), options, MakeNetwork());

    private static void Learn(
        TrainingState state, TrainingOptions options, int first, int count, int threads, double learningRate = 0.01)
    {
        using var batches = new Minibatches(_examples, BatchSize, null, null, options.Mixup is not null);
        using var step = new TrainingStep(MakeNetwork(), state, options, BatchSize, threads);
        for (var i = first; i < first + count; i++)
        {
            step.Learn(batches, i % batches.Count, new StepValues(learningRate, AveragingShare: i == 0 ? 1 : 0.1));
            state.Steps++;
        }
        step.UpdatePredictor();
    }

    private sealed class Lister : StateVisitor
    {
        public Dictionary<string, double[]> Values { get; } = [];

        protected override void OnVector(string name, Span<float> values)
        {
            var copy = new double[values.Length];
            for (var i = 0; i < copy.Length; i++) copy[i] = values[i];
            Values.Add(name, copy);
        }

        protected override void OnDoubles(string name, Span<double> values) => Values.Add(name, values.ToArray());

        protected override void OnNumber(string name, ref double value) => Values.Add(name, [value]);

        protected override void OnCount(string name, ref long value) => Values.Add(name, [value]);
    }

    private sealed class Restorer(Lister list) : StateVisitor
    {
        protected override void OnVector(string name, Span<float> values)
        {
            for (var i = 0; i < values.Length; i++) values[i] = (float)list.Values[name][i];
        }

        protected override void OnDoubles(string name, Span<double> values) => list.Values[name].CopyTo(values);

        protected override void OnNumber(string name, ref double value) => value = list.Values[name][0];

        protected override void OnCount(string name, ref long value) => value = (long)list.Values[name][0];
    }
}
