using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class DivergenceTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, double> TasksAndRates()
    {
        var cases = new TheoryData<string, double>();
        foreach (var label in new[] { Synthetic.Flag, Synthetic.Kind, Synthetic.Value })
            foreach (var rate in new[] { 1e20, 1e38, double.MaxValue })
                cases.Add(label, rate);
        return cases;
    }

    [Theory]
    [MemberData(nameof(TasksAndRates))]
    public void A_run_that_blows_up_says_so_and_what_to_try(string label, double rate)
    {
        var options = Synthetic.Brief(label);
        (options.Optimizer, options.LearningRate) = (new Sgd(), rate);

        var problem = Assert.Throws<TrainingDivergedException>(() => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)));

        Assert.InRange(problem.Epoch, 1, 5);
        Assert.Contains("LearningRate", problem.Message);
        Assert.Contains("NormalizeFeatures", problem.Message);
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_training_at_its_minibatch()
    {
        var loss = new Exploding(At: 13);
        var options = Synthetic.Brief(Synthetic.Value);
        (options.LossFunction, options.BatchSize) = (loss, 10); // ten minibatches an epoch

        Assert.Equal(
            2, Assert.Throws<TrainingDivergedException>(() => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100))).Epoch);
        Assert.Equal(13, loss.Batches);
    }

    [Fact]
    public void Raw_features_of_great_size_diverge_and_standardized_ones_do_not()
    {
        var data = Synthetic.Prepared(
            _ml, Synthetic.Examples(100).Select(example => new Example { Main = 1e9f * example.Main, Value = example.Value }));
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Optimizer, options.NormalizeFeatures) = (new Sgd(), false);
        Assert.Throws<TrainingDivergedException>(() => new BackpropTrainer(_ml, options).Fit(data));

        options.NormalizeFeatures = true;
        Assert.Equal(5, new BackpropTrainer(_ml, options).Fit(data).Model.History.Count);
    }

    private sealed record Exploding(int At) : RowLoss
    {
        private readonly SquaredError _inner = new();

        public int Batches { get; private set; }

        public override TargetKind TargetKind => _inner.TargetKind;

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            _inner.EvaluateRows(scores, targets, losses, gradient);
            if (++Batches == At) losses[0] = float.PositiveInfinity;
        }

        public override void Predict(Matrix scores) => _inner.Predict(scores);
    }
}
