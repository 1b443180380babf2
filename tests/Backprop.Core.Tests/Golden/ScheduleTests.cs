using System.Reflection;
using System.Text.Json;
using Backprop.Schedules;

namespace Backprop.Core.Tests.Golden;

/// <summary>Factors of every step of training, against PyTorch's and scikit-learn's schedules.</summary>
public class ScheduleTests
{
    private const double Tolerance = 1e-9;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("schedules");

    public static TheoryData<int> PlannedRuns => [.. Enumerable.Range(0, Golden.Planned.Length)];

    public static TheoryData<int> WatchedRuns => [.. Enumerable.Range(0, Golden.Watched.Length)];

    [Fact]
    public void Every_schedule_is_compared() =>
        Assert.Equal(
            Schedule.All.Select(schedule => schedule.GetType().Name).Except([nameof(ConstantSchedule), nameof(ReduceOnPlateau)]).Order(),
            Golden.Planned.Select(run => run.Schedule).Distinct().Order());

    [Theory, MemberData(nameof(PlannedRuns))]
    public void Factors_of_a_plan_are_those_of_PyTorch_and_scikit_learn(int index)
    {
        var run = Golden.Planned[index];
        var state = Make(run.Schedule, run.Options).Start();
        var factors = Enumerable.Range(0, run.Factors.Length).Select(
            step => state.FactorAt(new TrainingMoment(step, Golden.StepsPerEpoch, Golden.Epochs, Golden.Examples)));
        Near.Equal(run.Schedule, run.Factors, [.. factors], Tolerance);
    }

    [Theory, MemberData(nameof(WatchedRuns))]
    public void The_value_falls_when_PyTorchs_does(int index)
    {
        var run = Golden.Watched[index];
        var state = Make(nameof(ReduceOnPlateau), run.Options).Start();
        List<double> factors = [];
        for (var epoch = 0; epoch < Golden.Losses.Length; epoch++)
        {
            factors.Add(state.FactorAt(new TrainingMoment(epoch, 1, Golden.Losses.Length, 1)));
            state.Observe(Golden.Losses[epoch]);
        }
        Near.Equal("factors", run.Factors, [.. factors], Tolerance);
        Assert.True(factors[^1] < 1, "The value never fell: the check has seen nothing.");
    }

    // The options have the names of the properties.
    private static Schedule Make(string name, Dictionary<string, JsonElement> options)
    {
        var schedule = (Schedule)Activator.CreateInstance(Schedule.All.Single(s => s.GetType().Name == name).GetType())!;
        foreach (var (option, value) in options)
        {
            var property = schedule.GetType().GetProperty(option, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance)!;
            property.SetValue(schedule, value.Deserialize(property.PropertyType));
        }
        return schedule;
    }

    private sealed record Contents(int Epochs, int StepsPerEpoch, int Examples, Planned[] Planned, double[] Losses, Watched[] Watched);

    private sealed record Planned(string Schedule, Dictionary<string, JsonElement> Options, double[] Factors);

    private sealed record Watched(Dictionary<string, JsonElement> Options, double[] Factors);
}
