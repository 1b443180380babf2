using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class ConcurrentScoringTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Many_threads_score_with_one_model_as_one_does(string label)
    {
        var data = Synthetic.Prepared(_ml, 200);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(data);
        // Every thread has rows of its own, so scratch memory that is shared by mistake shows.
        var rows = Enumerable.Range(0, 8).Select(i => Synthetic.Prepared(_ml, 500, seed: 10 + i)).ToArray();
        var alone = rows.Select(view => model.Transform(view).ScoreBits()).ToArray();

        var together = new int[rows.Length][];
        using var start = new Barrier(rows.Length);
        var threads = rows.Select((view, i) => new Thread(() =>
        {
            start.SignalAndWait();
            together[i] = model.Transform(view).ScoreBits();
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        Assert.Equal(alone, together);
    }
}
