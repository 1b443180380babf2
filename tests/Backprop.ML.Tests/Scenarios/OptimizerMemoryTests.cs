using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The memory of an optimizer, carried from a checkpoint to another training.</summary>
public class OptimizerMemoryTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Optimizers =>
        [.. Optimizer.All.OfType<StepwiseOptimizer>().Where(HasMemory).Select(optimizer => optimizer.GetType().Name)];

    // With the same rows in the same order, the steps are those of one training.
    [Theory, MemberData(nameof(Optimizers))]
    public void Four_epochs_and_six_more_are_ten(string name)
    {
        var optimizer = Optimizer.All.Single(one => one.GetType().Name == name);
        var data = Synthetic.Prepared(_ml, 200);
        var ten = new BackpropTrainer(_ml, ExampleCheckpoint.Options(Synthetic.Value, optimizer, 10)).Fit(data);
        var (four, memory) = ExampleCheckpoint.MemoryOf(ExampleCheckpoint.Options(Synthetic.Value, optimizer, 4));

        var options = ExampleCheckpoint.Options(Synthetic.Value, optimizer, 6);
        var without = new BackpropTrainer(_ml, options).Fit(data, null, four.Model);
        options.OptimizerMemory = memory;
        var continued = new BackpropTrainer(_ml, options).Fit(data, null, four.Model);
        Assert.Equal(ten.Bits(), continued.Bits());
        Assert.NotEqual(ten.Bits(), without.Bits());
    }

    [Fact]
    public void New_rows_continue_with_it()
    {
        var (model, memory) = ExampleCheckpoint.MemoryOf(ExampleCheckpoint.Options(Synthetic.Kind, new AdamW(), 4));
        var options = ExampleCheckpoint.Options(Synthetic.Kind, new AdamW(), 2);
        options.OptimizerMemory = memory;
        var rows = Synthetic.Prepared(_ml, 90, seed: 7);
        var continued = new BackpropTrainer(_ml, options).Fit(rows, null, model.Model);
        Assert.True(continued.Model.History[0].TrainingLoss < model.Model.History[0].TrainingLoss);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var (model, memory) = ExampleCheckpoint.MemoryOf(ExampleCheckpoint.Options(Synthetic.Value, new Adam(), 1));
        Refused("memory of another optimizer or network", options => options.Optimizer = new Momentum(), model);
        Refused("belongs to the parameters of that training", _ => { }, initial: null);
        Refused("Lbfgs begins without memory", options => options.Optimizer = new Lbfgs(), model);

        void Refused(string expected, Action<BackpropTrainer.Options> change, BackpropTransformer? initial)
        {
            var options = ExampleCheckpoint.Options(Synthetic.Value, new Adam(), 1);
            options.OptimizerMemory = memory;
            change(options);
            var data = Synthetic.Prepared(_ml, 200);
            var problem = Assert.Throws<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(data, null, initial?.Model));
            Assert.Contains(expected, problem.Message);
            Assert.Contains("OptimizerMemory", problem.Message);
        }
    }

    [Fact]
    public void A_file_that_is_missing_or_damaged_is_named()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.checkpoint");
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => OptimizerMemory.FromCheckpoint(missing)).Message);
        File.WriteAllText(missing, "no checkpoint");
        try
        {
            Assert.Contains(missing, Assert.Throws<FormatException>(() => OptimizerMemory.FromCheckpoint(missing)).Message);
        }
        finally
        {
            File.Delete(missing);
        }
    }

    // A schedule-free optimizer returns other parameters than those that it updates, so its model is another start.
    private static bool HasMemory(StepwiseOptimizer optimizer) => optimizer is not (Sgd or ScheduleFreeAdamW or IRpropMinus);
}
