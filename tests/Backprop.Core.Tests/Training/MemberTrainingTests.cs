using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The members of an ensemble learn, to the last bit, what each of them would learn alone.</summary>
public class MemberTrainingTests
{
    private const int Rows = 90, Features = 5;

    private static readonly MultilayerPerceptron Plain = new() { HiddenLayers = [19, 19], Activation = new Mish() };

    public static TheoryData<MultilayerPerceptron, Loss> Cases => new()
    {
        { Plain, new SquaredError() },
        { Plain with { HiddenLayers = [] }, new SoftmaxCrossEntropy() },

        {
            Plain with
            {
                NtkParametrization = true, InputScale = true, Activation = new ParametricMix(new Mish()),
                NumericEmbedding = new PeriodicPhaseEmbedding(), SmoothClip = 2
            },
            new SoftmaxCrossEntropy { LabelSmoothing = 0.1 }
        },
        { Plain with { Normalization = Normalization.Batch, Residual = true }, new LogisticLoss() },

        {
            Plain with { Normalization = Normalization.Layer, Residual = true, Activation = new PReLU() },
            new PinballLoss { Quantiles = [0.1, 0.5] }
        },

        {
            Plain with
            {
                Categories = [new(1, 3, 4), new(4, 2, 2)], NumericEmbedding = new PiecewiseLinearEmbedding { Bins = 5, Dimension = 3 },
                SmoothClip = 3
            },
            new PoissonLoss()
        },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Each_learns_what_it_would_learn_alone(MultilayerPerceptron form, Loss loss)
    {
        const int members = 3;
        var outputs = loss.OutputsFor(loss.TargetKind == TargetKind.Class ? 3 : 1);
        Network ensemble = (form with { EnsembleSize = members }).Build(Features, outputs), single = form.Build(Features, outputs);
        Assert.Equal((members, outputs, members * outputs), (ensemble.EnsembleSize, ensemble.Outputs, ensemble.MemberOutputs));

        var start = ensemble.Initialize(new GlorotUniform(), seed: 1, Examples(loss).Features);
        var learned = Learn(ensemble, loss, start);
        for (var member = 0; member < members; member++)
            TestNumbers.AssertSameBits(
                Learn(single, loss, EnsembleParts.ParametersOf(ensemble, start, single, member)),
                EnsembleParts.ParametersOf(ensemble, learned, single, member));
        Assert.NotEqual(EnsembleParts.ParametersOf(ensemble, learned, single, 0), EnsembleParts.ParametersOf(ensemble, learned, single, 1));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Any_number_of_threads_gives_the_same_bits(MultilayerPerceptron form, Loss loss)
    {
        var ensemble = (form with { EnsembleSize = 4, Dropout = 0.2 }).Build(
            Features, loss.OutputsFor(loss.TargetKind == TargetKind.Class ? 3 : 1));
        var start = ensemble.Initialize(new GlorotUniform(), seed: 1, Examples(loss).Features);
        var learned = Learn(ensemble, loss, start);
        foreach (var threads in (int[])[2, 3, 7]) TestNumbers.AssertSameBits(learned, Learn(ensemble, loss, start, threads));
    }

    // The trainer's loop, with its mean losses: training by the members' own, validation by what the ensemble predicts.
    [Fact]
    public void The_training_loss_is_the_mean_of_the_members_and_validation_judges_the_average()
    {
        var form = Plain with { HiddenLayers = [6] };
        Network ensemble = (form with { EnsembleSize = 2 }).Build(Features, 1), single = form.Build(Features, 1);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = 3,
            BatchSize = 16,
            Seed = 3,
            StandardizeTargets = false
        };
        var examples = Examples(options.Loss);
        var validation = new ExampleSet(TestNumbers.Normal(30 * Features, seed: 12), Features, TestNumbers.Normal(30, seed: 13));

        var start = ensemble.Initialize(new GlorotUniform(), seed: 1);
        var together = new Trainer(options with { InitialParameters = start }).Train(ensemble, examples, validation);
        var alone = Enumerable.Range(0, 2)
            .Select(
                m =>
                    new Trainer(options with { InitialParameters = EnsembleParts.ParametersOf(ensemble, start, single, m) })
                        .Train(single, examples, validation))
            .ToArray();

        Assert.Equal(alone.Average(result => result.History[^1].TrainingLoss), together.History[^1].TrainingLoss, 1e-6);
        var averaged = 0.0;
        for (var row = 0; row < validation.Count; row++)
        {
            double mean = alone.Average(result => ScoreOf(result, validation, row)), found = ScoreOf(together, validation, row);
            Assert.Equal(mean, found, 1e-5);
            averaged += Math.Pow(mean - validation.Targets.Row(row)[0], 2) / validation.Count;
        }
        Assert.Equal(averaged, together.History[^1].ValidationLoss!.Value, 1e-5);
        Assert.True(averaged < alone.Average(result => result.History[^1].ValidationLoss!.Value)); // Krogh and Vedelsby (1995)
    }

    [Fact]
    public void Maximum_norm_output_biases_and_data_dependent_weights_are_each_members_own()
    {
        var form = Plain with { HiddenLayers = [6] };
        Network ensemble = (form with { EnsembleSize = 2 }).Build(Features, 3), single = form.Build(Features, 3);
        var options = new TrainingOptions
        {
            Loss = new SoftmaxCrossEntropy(),
            NumberOfIterations = 2,
            MaximumNorm = 0.5,
            OutputBiasPrior = true,
            Initializer = new DataDependent(),
            StandardizeInputs = false
        };
        var examples = Examples(options.Loss);
        var result = new Trainer(options).Train(ensemble, examples).Network;
        for (var member = 0; member < 2; member++)
        {
            var own = EnsembleParts.ParametersOf(ensemble, result.Parameters.ToArray(), single, member);
            for (var unit = 0; unit < 6; unit++)
                Assert.InRange(Enumerable.Range(0, Features).Sum(i => own[i * 6 + unit] * own[i * 6 + unit]), 0, 0.25001f);
        }

        // Before the first step, all that is alike are the biases at the end; and what enters each unit has variance 1.
        var start = new Trainer(
            options with
            {
                NumberOfIterations = 1,
                MaximumNorm = null,
                ParameterGroups = new ParameterGroups { Weights = new(0, 0), Biases = new(0, 0) }
            }).Train(ensemble, examples).Network;
        float[] first = EnsembleParts.ParametersOf(ensemble, start.Parameters.ToArray(), single, 0),
            second = EnsembleParts.ParametersOf(ensemble, start.Parameters.ToArray(), single, 1);
        Assert.Equal(first[^3..], second[^3..]);
        Assert.NotEqual(first[..^3], second[..^3]);
        foreach (var own in (float[][])[first, second])
            for (var unit = 0; unit < 6; unit++)
            {
                var entering = Enumerable.Range(0, Rows)
                    .Select(row => Enumerable.Range(0, Features).Sum(i => (double)examples.Features.Row(row)[i] * own[i * 6 + unit]))
                    .ToArray();
                var mean = entering.Average();
                Assert.Equal(1, entering.Average(z => (z - mean) * (z - mean)), 1e-4);
            }
    }

    [Fact]
    public void What_couples_members_is_refused_by_name()
    {
        Assert.Contains(
            "InputSkip cannot be combined with EnsembleSize",
            Assert.Throws<ArgumentException>(
                "InputSkip", () => (Plain with { EnsembleSize = 2, InputSkip = true }).Build(Features, 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>("EnsembleSize", () => Plain with { EnsembleSize = 0 });
        var network = (Plain with { EnsembleSize = 2 }).Build(Features, 1);
        Assert.StartsWith(
            "Lbfgs makes one line search for all 2 members",
            Assert.Throws<ArgumentException>(
                "network",
                () =>
                    new Trainer(new TrainingOptions { Loss = new SquaredError(), Optimizer = new Lbfgs() })
                        .Train(network, Examples(new SquaredError()))).Message);
    }

    private static ExampleSet Examples(Loss loss)
    {
        var x = TestNumbers.Normal(Rows * Features, seed: 2);
        // where categories are, if there are any
        for (var row = 0; row < Rows; row++) (x[row * Features + 1], x[row * Features + 4]) = (row % 4, row % 3);
        float[] y = [
            .. TestNumbers.Normal(Rows, seed: 5).Select(
                (value, row) =>
                    loss.TargetKind switch { TargetKind.Class => row % 3, TargetKind.Binary => row % 2, _ => Math.Abs(value) })];
        return new ExampleSet(x, Features, y, 1, [.. Enumerable.Range(0, Rows).Select(row => 0.5f + row % 3)]);
    }

    private static double ScoreOf(TrainingResult result, ExampleSet examples, int row) =>
        result.Network.CreateScorer().Score(examples.Features.RowRange(row, 1)).Values[0];

    private static float[] Learn(Network network, Loss loss, float[] start, int threads = 1)
    {
        float[] parameters = [.. start];
        var batches = new Minibatches(Examples(loss), 32, null, null);
        using var step = Steps.Make(
            network, parameters, new TrainingOptions { Loss = loss, WeightDecay = 0.01, L2Regularization = 0.01 }, batches.BatchSize,
            threads);
        for (var pass = 1; pass <= 3; pass++)
        {
            batches.BeginPass(pass, new RandomSequence(3, RandomPurpose.Shuffling, pass));
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.01));
        }
        return parameters;
    }
}
