using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Losses;

/// <summary>A loss that depends on all rows of a group, here the cross-entropy between two distributions over the rows.</summary>
public class GroupLossTests
{
    private static readonly float[] _targets = [0.5f, 0.2f, 0.3f];

    [Fact]
    public void The_gradient_is_that_of_finite_differences()
    {
        float[] scores = [0.3f, -1.2f, 2];
        var gradient = new float[3];
        var loss = Evaluate(scores, gradient);
        for (var i = 0; i < scores.Length; i++)
        {
            const float step = 0.01f;
            float[] above = [.. scores], below = [.. scores];
            above[i] += step;
            below[i] -= step;
            Assert.Equal((Evaluate(above, new float[3]) - Evaluate(below, new float[3])) / (2 * step), gradient[i], 1e-4);
        }

        // By hand: −Σ y·log softmax(z).
        var sum = scores.Sum(z => Math.Exp(z));
        Assert.Equal(-scores.Zip(_targets, (z, y) => y * Math.Log(Math.Exp(z) / sum)).Sum(), loss, 1e-6);
    }

    [Fact]
    public void A_weight_of_the_whole_group_cancels()
    {
        float[] scores = [0.3f, -1.2f, 2], gradient = new float[3], weighted = new float[3];
        var loss = Evaluate(scores, gradient);
        var same = new SoftmaxOverRows().Evaluate(Column(scores), Column(_targets), [2, 2, 2], new Matrix(weighted, 3, 1));
        Assert.Equal(loss, same, 1e-6);
        TestNumbers.AssertClose(gradient, weighted, 1e-6f);
    }

    [Fact]
    public void A_trainer_refuses_examples_without_groups()
    {
        var trainer = new Trainer(new TrainingOptions { Loss = new SoftmaxOverRows() });
        var examples = new ExampleSet([1, 2, 3], 1, _targets);
        var problem = Assert.Throws<ArgumentException>(
            "training", () => trainer.Train(Network.FullyConnected(1, [2], 1, new Backprop.Activations.Tanh()), examples));
        Assert.Contains(nameof(SoftmaxOverRows), problem.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ExampleSet.WithGroups), problem.Message, StringComparison.Ordinal);
    }

    private static double Evaluate(float[] scores, float[] gradient) =>
        new SoftmaxOverRows().Evaluate(Column(scores), Column(_targets), new Matrix(gradient, 3, 1));

    private static ReadOnlyMatrix Column(float[] values) => new(values, values.Length, 1);

    private sealed record SoftmaxOverRows : GroupLoss
    {
        public override TargetKind TargetKind => TargetKind.Real;

        public override double EvaluateGroup(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Matrix gradient)
        {
            double sum = 0, loss = 0;
            foreach (var z in scores.Values) sum += Math.Exp(z);
            for (var i = 0; i < scores.Rows; i++)
            {
                var p = Math.Exp(scores.Values[i]) / sum;
                loss -= targets.Values[i] * Math.Log(p);
                gradient.Values[i] = (float)(p - targets.Values[i]);
            }
            return loss;
        }

        public override void Predict(Matrix scores)
        {
        }
    }
}
