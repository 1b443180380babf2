using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class DeterminismTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public DeterminismTests() => _data = Synthetic.Prepared(_ml, 300);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Two_fits_of_one_estimator_give_the_same_bits(string label)
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));
        BackpropTransformer first = trainer.Fit(_data), second = trainer.Fit(_data);

        Assert.Equal(first.Bits(), second.Bits());
        Assert.Equal(first.Model.History, second.Model.History);
    }

    [Fact]
    public void Two_fits_agree_without_a_seed_too()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.Seed = null;
        var trainer = new BackpropTrainer(_ml, options);

        Assert.Equal(trainer.Fit(_data).Bits(), trainer.Fit(_data).Bits());
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void The_number_of_threads_changes_no_bit(string label)
    {
        var models = new int?[] { null, 1, 2, 3, 7 }.Select(threads =>
        {
            var options = Synthetic.Brief(label);
            // 53 does not divide 300, and 201 units are no multiple of a vector: the last pieces are small ones. Smaller nets would be left
            // to one thread.
            (options.NumberOfThreads, options.BatchSize, options.HiddenLayers) = (threads, 53, [201, 203]);
            return new BackpropTrainer(_ml, options).Fit(_data);
        }).ToArray();

        Assert.All(models, model => Assert.Equal(models[0].Bits(), model.Bits()));
        Assert.All(models, model => Assert.Equal(models[0].Model.History, model.Model.History));
    }

    [Fact]
    public void Fits_at_the_same_time_give_the_same_bits()
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Kind));
        var alone = trainer.Fit(_data).Bits();
        var together = new int[4][];
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => together[i] = trainer.Fit(_data).Bits())).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        Assert.All(together, bits => Assert.Equal(alone, bits));
    }

    [Fact]
    public void Contexts_of_one_seed_give_equal_trainers_in_the_order_of_their_making()
    {
        int[][] here = FitTwo(new MLContext(seed: 7)), there = FitTwo(new MLContext(seed: 7)), elsewhere = FitTwo(new MLContext(seed: 8));

        Assert.Equal(here, there);
        Assert.NotEqual(here[0], here[1]);
        Assert.NotEqual(here[0], elsewhere[0]);
    }

    [Fact]
    public void Another_seed_gives_another_model()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        var one = new BackpropTrainer(_ml, options).Fit(_data).Bits();
        options.Seed = 2;

        Assert.NotEqual(one, new BackpropTrainer(_ml, options).Fit(_data).Bits());
    }

    [Fact]
    public void Options_that_change_later_do_not_change_the_trainer()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        var trainer = new BackpropTrainer(_ml, options);
        var before = trainer.Fit(_data);
        (options.Seed, options.NumberOfIterations, options.HiddenLayers[0]) = (2, 9, 4);

        Assert.Equal(before.Bits(), trainer.Fit(_data).Bits());
    }

    private int[][] FitTwo(MLContext ml)
    {
        var trainers = new[] { Synthetic.Value, Synthetic.Value }.Select(
            label => new BackpropTrainer(ml, label, hiddenLayers: [8], numberOfIterations: 2)).ToArray();
        return [.. trainers.Select(trainer => trainer.Fit(_data).Bits())];
    }
}
