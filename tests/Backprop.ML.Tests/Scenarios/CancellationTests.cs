using System.Reflection;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class CancellationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public CancellationTests() => _data = Synthetic.Prepared(_ml, 100);

    [Fact]
    public void Cancelling_from_Progress_ends_training_before_another_epoch()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        var reports = 0;
        options.Progress = new Listener<EpochReport>(_ => { reports++; Cancel(); });

        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_data));
        Assert.Equal(1, reports);
    }

    [Fact]
    public void Cancelling_from_the_log_ends_training_before_another_epoch()
    {
        var epochs = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (!message.RawMessage.StartsWith("Epoch", StringComparison.Ordinal)) return;
            epochs.Add(message.RawMessage);
            if (epochs.Count == 2) Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(_data));
        Assert.Equal(2, epochs.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(23)]
    public void Cancelling_ends_training_before_the_next_minibatch(int step)
    {
        var optimizer = new Counting(new Sgd(), step, Cancel);
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Optimizer, options.BatchSize) = (optimizer, 10); // ten steps an epoch

        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_data));
        Assert.Equal(step, optimizer.Steps);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(23)]
    public void A_token_ends_training_before_the_next_minibatch_and_keeps_what_was_learned(int step)
    {
        using var source = new CancellationTokenSource();
        var optimizer = new Counting(new Sgd(), step, source.Cancel);
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Optimizer, options.BatchSize, options.CancellationToken) = (optimizer, 10, source.Token);

        var model = new BackpropTrainer(_ml, options).Fit(_data);
        Assert.Equal(step, optimizer.Steps);
        Assert.Equal((step + 9) / 10, model.Model.History.Count);
        Assert.All(model.Transform(_data).Scores(), score => Assert.True(float.IsFinite(score)));

        options.ThrowOnCancellation = true;
        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_data));
        options.CancellationToken = default;
        Assert.Equal(5, new BackpropTrainer(_ml, options).Fit(_data).Model.History.Count); // unlike the context's own, it harms nobody else
    }

    [Fact]
    public void A_token_ends_reading_where_there_is_nothing_to_keep_yet()
    {
        using var source = new CancellationTokenSource();
        var options = Synthetic.Brief(Synthetic.Value);
        options.CancellationToken = source.Token;
        var rows = 0;
        IEnumerable<Example> Endless()
        {
            while (true)
            {
                if (++rows == 50) source.Cancel();
                yield return Synthetic.Examples(1)[0];
            }
        }
        Assert.Throws<OperationCanceledException>(
            () =>
                _ml.Transforms.Concatenate("Features", Synthetic.FeatureNames).Append(new BackpropTrainer(_ml, options))
                    .Fit(_ml.Data.LoadFromEnumerable(Endless())));
        Assert.InRange(rows, 50, 100_000); // of endlessly many; ML.NET reads ahead
    }

    [Fact]
    public void Cancelling_ends_validation_before_its_next_minibatch()
    {
        // Ten minibatches of training, then ten of validation: the thirteenth is the third of these.
        var loss = new CountingLoss(13, Cancel);
        var options = Synthetic.Brief(Synthetic.Value);
        (options.LossFunction, options.BatchSize) = (loss, 10);

        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_data, _data));
        Assert.Equal(13, loss.Batches);
    }

    [Fact]
    public void Cancelling_ends_reading_before_the_next_row()
    {
        var rows = 0;
        IEnumerable<Point> Source()
        {
            for (var i = 0; i < 100; i++)
            {
                if (++rows == 30) Cancel();
                yield return new Point { Features = [i], Label = i };
            }
        }

        // Straight from the source: ML.NET's transforms would read ahead on a thread of their own.
        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml).Fit(_ml.Data.LoadFromEnumerable(Source())));
        Assert.Equal(30, rows);
    }

    // What ML.NET's AutoML calls when time is up. It is internal; Microsoft.ML.Experimental makes it public.
    private void Cancel() =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(_ml, null);

    private sealed class Point
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed record Counting(StepwiseOptimizer Inner, int At, Action Act) : StepwiseOptimizer
    {
        public int Steps { get; private set; }

        public override double DefaultLearningRate => Inner.DefaultLearningRate;

        public override OptimizerState Start(int parameterCount) => new State(this, Inner.Start(parameterCount));

        private sealed class State(Counting owner, OptimizerState inner) : OptimizerState(inner.ParameterCount)
        {
            protected override void PrepareStep(double learningRate)
            {
                inner.BeginStep(learningRate);
                if (++owner.Steps == owner.At) owner.Act();
            }

            protected override void MoveSlice(int offset, Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate) =>
                inner.UpdateSlice(offset, parameters, gradient, learningRate, weightDecay: 0);
        }
    }

    private sealed record CountingLoss(int At, Action Act) : RowLoss
    {
        private readonly SquaredError _inner = new();

        public int Batches { get; private set; }

        public override TargetKind TargetKind => _inner.TargetKind;

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            _inner.EvaluateRows(scores, targets, losses, gradient);
            if (++Batches == At) Act();
        }

        public override void Predict(Matrix scores) => _inner.Predict(scores);
    }
}
