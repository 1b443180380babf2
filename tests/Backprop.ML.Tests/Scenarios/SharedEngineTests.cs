using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>One PredictionEngine is for one thread at a time; sharing it becomes an exception, and there is a predictor that may be
/// shared.</summary>
public class SharedEngineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Row[] _rows;
    private readonly IDataView _data;

    public SharedEngineTests()
    {
        var random = new Random(1);
        _rows = [.. Enumerable.Range(0, 500).Select(_ => new Row { Features = [random.NextSingle(), random.NextSingle()] })];
        foreach (var row in _rows) row.Label = 3 * row.Features[0] - row.Features[1];
        _data = _ml.Data.LoadFromEnumerable(_rows);
    }

    [Fact]
    public void A_predictor_for_many_threads_gives_what_Transform_gives()
    {
        var model = Train();
        var expected = model.Transform(_data).Scores();
        using var predictor = _ml.Model.CreateThreadSafePredictor<Row, Answer>(model);
        ConcurrentBag<int> wrong = [];
        InThreads(8, thread =>
        {
            var answer = new Answer();
            for (var i = 0; i < 4 * _rows.Length; i++)
            {
                var row = (i * 7 + thread) % _rows.Length;
                if (predictor.Predict(_rows[row]).Score != expected[row]) wrong.Add(row);
                predictor.Predict(_rows[row], ref answer);
                if (answer.Score != expected[row]) wrong.Add(row);
            }
        });

        Assert.Empty(wrong);
        Assert.NotNull(predictor.OutputSchema.GetColumnOrNull("Score"));
    }

    [Fact]
    public void A_predictor_survives_rows_that_fail_and_leaves_the_model_in_order_when_disposed()
    {
        var model = Train();
        var predictor = _ml.Model.CreateThreadSafePredictor<Row, Answer>(model);
        Assert.ThrowsAny<Exception>(() => predictor.Predict(null!));
        Assert.Equal(model.Transform(_data).Scores()[0], predictor.Predict(_rows[0]).Score);
        predictor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => predictor.Predict(_rows[0]));
        using var second = _ml.Model.CreateThreadSafePredictor<Row, Answer>(model, new PredictionEngineOptions { OwnsTransformer = true });
        Assert.True(float.IsFinite(second.Predict(_rows[0]).Score));
    }

    [Fact]
    public void Two_threads_inside_one_engine_are_refused_and_the_engine_stays_so()
    {
        // The second thread comes while the first one reads its row.
        using Barrier bothInside = new(2), firstMayGo = new(2);
        var pause = _ml.Transforms.CustomMapping<Row, Paused>((row, paused) =>
        {
            paused.Copied = row.Features;
            if (row.Label != 1) return;
            bothInside.SignalAndWait();
            firstMayGo.SignalAndWait();
        }, null, SchemaDefinition.Create(typeof(Row)), SchemaDefinition.Create(typeof(Paused)));
        var options = Options();
        options.FeatureColumnName = nameof(Paused.Copied);
        foreach (var row in _rows) row.Label = 0;
        var model = pause.Append(new BackpropTrainer(_ml, options)).Fit(_data);
        var engine = _ml.Model.CreatePredictionEngine<Row, Answer>(model);

        Exception? first = null, second = null;
        InThreads(2, thread =>
        {
            if (thread == 0) first = Record.Exception(() => engine.Predict(new Row { Features = [0, 1], Label = 1 }));
            else
            {
                bothInside.SignalAndWait();
                second = Record.Exception(() => engine.Predict(new Row { Features = [1, 0] }));
                firstMayGo.SignalAndWait();
            }
        });

        foreach (var problem in new[] { first, second, Record.Exception(() => engine.Predict(_rows[0])) })
            Assert.Contains("CreateThreadSafePredictor", Assert.IsType<InvalidOperationException>(problem)
                .Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_may_go_from_thread_to_thread_and_survives_rows_that_fail()
    {
        var model = Train();
        var engine = _ml.Model.CreatePredictionEngine<Row, Answer>(model);
        var expected = model.Transform(_data).Scores();
        for (var i = 0; i < 20; i++)
        {
            var row = i;
            InThreads(1, _ =>
            {
                Assert.ThrowsAny<Exception>(() => engine.Predict(new Row { Features = [1] }));
                Assert.Equal(expected[row], engine.Predict(_rows[row]).Score);
            });
        }
    }

    private static void InThreads(int count, Action<int> work)
    {
        ConcurrentBag<Exception> problems = [];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            if (Record.Exception(() => work(i)) is { } problem) problems.Add(problem);
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Empty(problems);
    }

    private static BackpropTrainer.Options Options() =>
        new() { Preset = Preset.Plain, HiddenLayers = [16], NumberOfIterations = 3, Seed = 1 };

    private BackpropTransformer Train() => new BackpropTrainer(_ml, Options()).Fit(_data);

    private sealed class Row
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Paused
    {
        [VectorType(2)]
        public float[] Copied { get; set; } = [];
    }

    private sealed class Answer
    {
        public float Score { get; set; }
    }
}
