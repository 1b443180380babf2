using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Each member of an ensemble leaves a fold of the rows out, and is judged by it.</summary>
public class KFoldBaggingTests
{
    private const int Rows = 90, Features = 5, Folds = 3;

    private static readonly MultilayerPerceptron Form = new()
    {
        HiddenLayers = [9, 9],
        Activation = new Mish(),
        NumericEmbedding = new PeriodicPhaseEmbedding(),
        EnsembleSize = Folds
    };
    private static readonly TrainingOptions Options = new()
    {
        Loss = new LogisticLoss(),
        NumberOfIterations = 4,
        BatchSize = 16,
        Seed = 3,
        KFoldBagging = true
    };

    [Fact]
    public void A_member_does_not_know_the_labels_of_its_own_fold()
    {
        var (ensemble, single) = (Form.Build(Features, 1), (Form with { EnsembleSize = 1 }).Build(Features, 1));
        float[] labels = Labels(), others = [.. labels.Select((label, row) => FoldOf(row) == 1 ? 1 - label : label)];
        float[] learned = LearnByHand(ensemble, labels, batchSize: 16), withOthers = LearnByHand(ensemble, others, batchSize: 16);
        TestNumbers.AssertSameBits(
            EnsembleParts.ParametersOf(ensemble, learned, single, 1), EnsembleParts.ParametersOf(ensemble, withOthers, single, 1));
        foreach (var member in (int[])[0, 2])
            Assert.NotEqual(
                EnsembleParts.ParametersOf(ensemble, learned, single, member),
                EnsembleParts.ParametersOf(ensemble, withOthers, single, member));
    }

    [Fact]
    public void A_member_learns_what_it_would_learn_alone_from_its_rows()
    {
        var (ensemble, single) = (Form.Build(Features, 1), (Form with { EnsembleSize = 1 }).Build(Features, 1));
        var learned = LearnByHand(ensemble, Labels(), TrainingOptions.FullBatch);
        var all = Examples(Labels());
        for (var member = 0; member < Folds; member++)
        {
            int[] rows = [.. Enumerable.Range(0, Rows).Where(row => FoldOf(row) != member)];
            var own = new ExampleSet(
                [.. rows.SelectMany(row => all.Features.Row(row).ToArray())], Features, [.. rows.Select(row => all.Targets.Row(row)[0])], 1,
                    [.. rows.Select(row => all.Weights[row])]);
            var alone = EnsembleParts.ParametersOf(ensemble, Start(ensemble), single, member);
            Learn(single, alone, own, TrainingOptions.FullBatch);
            TestNumbers.AssertSameBits(alone, EnsembleParts.ParametersOf(ensemble, learned, single, member));
        }
    }

    // The loss and the metric once more, by single networks that are the members.
    [Fact]
    public void Every_row_is_judged_by_the_member_that_did_not_learn_from_it()
    {
        var (ensemble, single) = (Form.Build(Features, 1), (Form with { EnsembleSize = 1 }).Build(Features, 1));
        var examples = Examples(Labels());
        // ends after the first pass
        var options = Options with
        {
            EarlyStopping = new EarlyStopping { Metric = new Accuracy(), Patience = 99, KeepLastBest = true, Target = 0 }
        };
        var result = new Trainer(options).Train(ensemble, examples);
        var folds = BaggingFolds.Of(examples, Folds, options.Loss, options.Seed);
        double loss = 0, right = 0, total = 0;
        for (var row = 0; row < Rows; row++)
        {
            var member = new TrainedNetwork(
                single, EnsembleParts.ParametersOf(ensemble, result.Network.Parameters.ToArray(), single, folds[row]), options.Loss,
                result.Network.Inputs);
            double z = member.CreateScorer().Score(examples.Features.RowRange(row, 1)).Values[0], y = examples.Targets.Row(row)[0],
                w = examples.Weights[row];
            loss += w * Math.Log(1 + Math.Exp(y == 1 ? -z : z));
            right += w * ((z > 0) == (y == 1) ? 1 : 0);
            total += w;
        }
        var report = Assert.Single(result.History);
        Assert.Equal(loss / total, report.ValidationLoss!.Value, 1e-5);
        Assert.Equal(right / total, report.ValidationMetric!.Value, 1e-6);
    }

    // Labels are noise: nothing helps for the rows that a member has not seen, and the more it learns the surer it is of what is wrong.
    [Fact]
    public void The_epoch_is_chosen_by_rows_that_were_not_learned_from_though_all_rows_are()
    {
        var options = Options with { NumberOfIterations = 60, LearningRate = 0.01, EarlyStopping = new EarlyStopping { Patience = 60 } };
        var result = new Trainer(options).Train((Form with { HiddenLayers = [32, 32] }).Build(Features, 1), Examples(Labels()));
        Assert.InRange(result.BestEpoch, 1, 20);
        Assert.Equal(result.History.Min(report => report.ValidationLoss), result.History[result.BestEpoch - 1].ValidationLoss);
        Assert.True(
            result.History[^1].TrainingLoss < 0.3 * result.History[0].TrainingLoss
                && result.History[^1].ValidationLoss > result.History[0].ValidationLoss);
    }

    [Fact]
    public void The_biases_at_the_end_start_from_the_rows_of_the_member()
    {
        var ensemble = (Form with { HiddenLayers = [] }).Build(Features, 1);
        var examples = Examples(Labels());
        var options = Options with
        {
            NumberOfIterations = 1,
            OutputBiasPrior = true,
            ParameterGroups = new ParameterGroups { Weights = new(0, 0), Biases = new(0, 0), Embeddings = new(0, 0) }
        };
        var result = new Trainer(options).Train(ensemble, examples);
        var folds = BaggingFolds.Of(examples, Folds, options.Loss, options.Seed);
        var (layer, parameters) = (
            (GroupedDense)ensemble.Layers[^1], result.Network.Parameters[ensemble.ParametersOf(ensemble.Layers.Count - 1)].ToArray());
        for (var member = 0; member < Folds; member++)
        {
            var rows = Enumerable.Range(0, Rows).Where(row => folds[row] != member).ToArray();
            double yes = rows.Sum(row => (double)examples.Weights[row] * examples.Targets.Row(row)[0]),
                all = rows.Sum(row => (double)examples.Weights[row]);
            Assert.Equal(Math.Log(yes / (all - yes)), parameters[layer.BiasesOf(member)][0], 1e-3);
        }
    }

    [Fact]
    public void No_fold_is_empty_however_small_the_classes_are()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            float[] labels = [.. Enumerable.Range(0, 12).Select(row => (float)(row / 2))];
            var folds = BaggingFolds.Of(new ExampleSet(new float[12], 1, labels), 8, new SoftmaxCrossEntropy(), seed);
            for (var fold = 0; fold < 8; fold++) Assert.Contains(fold, folds);
        }
    }

    [Fact]
    public void Folds_have_the_same_share_of_every_class_and_of_every_stretch_and_depend_on_the_seed()
    {
        float[] labels = [.. Enumerable.Range(0, 300).Select(row => row < 200 ? 0f : row < 290 ? 1 : 2)];
        var examples = new ExampleSet(new float[300], 1, labels);
        var folds = BaggingFolds.Of(examples, 4, new SoftmaxCrossEntropy(), seed: 1);
        foreach (var (first, count) in ((int, int)[])[(0, 200), (200, 90), (290, 10), (40, 40)])
            for (var fold = 0; fold < 4; fold++) Assert.InRange(folds.AsSpan(first, count).Count(fold), count / 4, (count + 3) / 4);
        Assert.Equal(folds, BaggingFolds.Of(examples, 4, new SoftmaxCrossEntropy(), seed: 1));
        Assert.NotEqual(folds, BaggingFolds.Of(examples, 4, new SoftmaxCrossEntropy(), seed: 2));
        Assert.NotEqual(folds[..4], folds[4..8]);
    }

    [Fact]
    public void What_does_not_go_with_it_is_refused_by_name()
    {
        var (network, examples) = (Form.Build(Features, 1), Examples(Labels()));
        var trainer = new Trainer(Options);
        Assert.Contains(
            "Mixup", Assert.Throws<ArgumentException>("Mixup", () => new Trainer(Options with { Mixup = new Mixup() })).Message);
        Assert.Contains(
            "RefitOnAllRows",
            Assert.Throws<ArgumentException>(
                "EarlyStopping", () => new Trainer(Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } })).Message);
        Assert.Contains(
            "at least two members",
            Assert.Throws<ArgumentException>(
                "network", () => trainer.Train((Form with { EnsembleSize = 1 }).Build(Features, 1), examples)).Message);
        Assert.Contains(
            "validation data", Assert.Throws<ArgumentException>("validation", () => trainer.Train(network, examples, examples)).Message);
        Assert.Contains(
            "earlier network",
            Assert.Throws<ArgumentException>(
                "initial",
                () => trainer.Train(network, examples, null, new TrainedNetwork(network, Start(network), Options.Loss))).Message);
        Assert.Contains(
            "each of 3 members",
            Assert.Throws<ArgumentException>(
                "training", () => trainer.Train(network, new ExampleSet(new float[2 * Features], Features, [0, 1]))).Message);
        var sharing = new NetworkBuilder(Features).InputScale().Replicate(2).Dense(1).Build();
        Assert.Contains(
            "InputScale 5 → 5 is trained on all rows",
            Assert.Throws<ArgumentException>("network", () => trainer.Train(sharing, examples)).Message);
    }

    private static int FoldOf(int row) => row * 7 % 11 % Folds;

    private static float[] Labels() => [.. Enumerable.Range(0, Rows).Select(row => (float)(row * 5 % 17 % 2))];

    private static ExampleSet Examples(float[] labels) =>
        new(
            TestNumbers.Normal(Rows * Features, seed: 2), Features, labels, 1,
            [.. Enumerable.Range(0, Rows).Select(row => 0.5f + row % 3)]);

    private static float[] Start(Network ensemble) => ensemble.Initialize(Options.Initializer, seed: 1);

    private static float[] LearnByHand(Network ensemble, float[] labels, int batchSize)
    {
        var parameters = Start(ensemble);
        Learn(ensemble, parameters, Examples(labels).WithFolds([.. Enumerable.Range(0, Rows).Select(FoldOf)], Folds), batchSize);
        return parameters;
    }

    private static void Learn(Network network, float[] parameters, ExampleSet examples, int batchSize)
    {
        using var batches = new MemoryData(examples).CreateBatches(batchSize, null, null, mixes: false, takesSparse: false, isEven: false);
        using var step = Steps.Make(
            network, parameters, new TrainingOptions { Loss = Options.Loss }, batches.BatchSize, 2, batches.ExamplesPerRow);
        for (var pass = 1; pass <= 5; pass++)
        {
            if (batches.Count > 1) batches.BeginPass(pass, new RandomSequence(3, RandomPurpose.Shuffling, pass));
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.01));
        }
    }
}
