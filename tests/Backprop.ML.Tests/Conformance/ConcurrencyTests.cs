using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>One trained model, used in many ways and by many threads at once, gives every row the same values.</summary>
public class ConcurrencyTests
{
    private const int Rows = 2000, Threads = 8;

    private readonly MLContext _ml = new(seed: 1);
    private readonly EdgeRow[] _rows = EdgeRows.Make(Rows);
    private readonly IDataView _data;

    public ConcurrencyTests() => _data = _ml.Data.LoadFromEnumerable(_rows);

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Theory, MemberData(nameof(Labels))]
    public void Threads_with_cursors_of_their_own_see_the_same_scores(string label)
    {
        var scored = EdgeRows.Trainer(_ml, label).Fit(_data).Transform(_data);
        var expected = EdgeRows.Scores(scored);
        var actual = new float[Threads][][];
        OnThreads(Threads, thread => actual[thread] = EdgeRows.Scores(scored));
        Assert.All(actual, scores => Assert.Equal(expected, scores));
    }

    [Theory, MemberData(nameof(Labels))]
    public void Prediction_engines_on_many_threads_predict_what_Transform_does(string label)
    {
        var model = EdgeRows.Trainer(_ml, label).Fit(_data);
        var expected = EdgeRows.Scores(model.Transform(_data));
        var actual = new float[Rows][];
        Func<int, float[]> predict() => label switch
        {
            nameof(EdgeRow.Flag) => Engine<FlagPrediction>(model, p => [p.Score, p.Probability]),
            nameof(EdgeRow.Kind) => Engine<KindPrediction>(model, p => [.. p.Score]),
            _ => Engine<ValuePrediction>(model, p => [p.Score]),
        };
        OnThreads(Threads, thread =>
        {
            var engine = predict();
            for (var row = thread; row < Rows; row += Threads) actual[row] = engine(row);
        });
        Assert.Equal(expected, actual);
    }

    [Theory, MemberData(nameof(Labels))]
    public void A_set_of_parallel_cursors_gives_every_row_its_score_once(string label)
    {
        var scored = EdgeRows.Trainer(_ml, label).Fit(_data).Transform(_data);
        var expected = EdgeRows.Scores(scored);
        var actual = new float[Rows][];
        var columns = scored.Schema.Where(column => column.Name is "Score" or "Probability" or nameof(EdgeRow.Index)).ToArray();

        var cursors = scored.GetRowCursorSet(columns, Threads);
        Assert.Equal(Threads, cursors.Length);
        var rows = 0;
        OnThreads(cursors.Length, thread =>
        {
            using var cursor = cursors[thread];
            var index = cursor.GetGetter<int>(scored.Schema[nameof(EdgeRow.Index)]);
            var score = ScoreGetter(cursor);
            while (cursor.MoveNext())
            {
                var row = 0;
                index(ref row);
                actual[row] = score();
                Interlocked.Increment(ref rows);
            }
        });
        Assert.Equal(Rows, rows);
        Assert.Equal(expected, actual);
    }

    // The rows of a set of cursors depend on each other, so each needs a thread that runs now.
    private static void OnThreads(int count, Action<int> work) =>
        Task.WaitAll(
            [
                .. Enumerable.Range(0, count).Select(
                    thread =>
                        Task.Factory.StartNew(
                            () => work(thread), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);

    private static Func<float[]> ScoreGetter(DataViewRow row)
    {
        var column = row.Schema["Score"];
        if (column.Type is VectorDataViewType)
        {
            var vectorGetter = row.GetGetter<VBuffer<float>>(column);
            VBuffer<float> vector = default;
            return () =>
            {
                vectorGetter(ref vector);
                return [.. vector.DenseValues()];
            };
        }
        ValueGetter<float>[] getters = [.. row.Schema.Where(c => c.Name is "Score" or "Probability").Select(row.GetGetter<float>)];
        return () => [.. getters.Select(getter =>
        {
            var value = 0f;
            getter(ref value);
            return value;
        })];
    }

    private Func<int, float[]> Engine<TPrediction>(ITransformer model, Func<TPrediction, float[]> scores) where TPrediction : class, new()
    {
        var engine = _ml.Model.CreatePredictionEngine<EdgeRow, TPrediction>(model);
        return row => scores(engine.Predict(_rows[row]));
    }

    private sealed class FlagPrediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }
    }

    private sealed class KindPrediction
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class ValuePrediction
    {
        public float Score { get; set; }
    }
}
