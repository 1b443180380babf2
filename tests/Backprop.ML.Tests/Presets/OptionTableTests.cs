using System.Reflection;
using Backprop.ML.Tasks;
using Backprop.ML.Tests.Scenarios;
using Backprop.Presets;
using Microsoft.ML;

namespace Backprop.ML.Tests.Presets;

/// <summary>The table of options is complete, and says the truth about every option.</summary>
public class OptionTableTests
{
    private static readonly double[] _numbers =
        [double.NegativeInfinity, -1, -0.5, 0, 0.5, 1, 2, 1e300, double.PositiveInfinity, double.NaN];

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> OfTheCore => NamesOf(option => option.Read is not null);

    public static TheoryData<string> WithNumbers => NamesOf(option => option.Allowed is not null && IsNumber(option));

    private static IEnumerable<DatasetProfile> Profiles =>
        from task in LearningTask.All
        from rows in (int[])[1, 2, 7, 8, 250, 1_000, 4_001, 50_000, 50_001, 1_000_000]
        from features in (int[])[1, 201, 1_000]
        select task.Describe(new DatasetProfile(task.TargetKind, rows, features));

    [Fact]
    public void Every_option_is_in_the_table() => Assert.Equal(
        typeof(BackpropTrainer.Options).GetProperties().Select(property => property.Name).Order(),
        OptionTable.All.Select(option => option.Name).Order());

    [Fact]
    public void Every_option_of_the_cores_records_is_in_the_table()
    {
        // Set by the adapter: the data, the task, and the names of the same options there.
        string[] others =
        [
            "Loss", "Autoencoder", "BalancedClassWeights", "StandardizeInputs", "StandardizeTargets", "OneHotCategories", "OneHotScaling",
            "IndicatedFeatures", "FewValuedFeatures", "QuantileFeatures", "IncreasingFeatures", "DecreasingFeatures", "MonotoneActivation",
        ];
        Type[] records = [typeof(Networks.MultilayerPerceptron), typeof(Backprop.Training.TrainingOptions), typeof(DataPreparation)];
        var properties = records.SelectMany(record => record.GetProperties()).Where(property => property.CanWrite);
        var names = properties.Select(property => property.Name);
        Assert.Empty(names.Except(others).Except(OptionTable.All.Select(option => option.Name)));
    }

    [Fact]
    public void An_option_that_is_not_set_has_its_default_or_the_value_of_the_preset()
    {
        var options = new BackpropTrainer.Options { Preset = Preset.Plain };
        var others = OptionTable.All.Where(option => option.Name != nameof(options.Preset));
        Assert.All(others, option => Assert.Equal(option.Default, ValueOf(options, option)));
    }

    [Theory, MemberData(nameof(OfTheCore))]
    public void What_is_set_reaches_the_record_of_the_core(string name)
    {
        var option = OptionTable.Of(name);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain };
        if (OptionReachTests.Changes.TryGetValue(name, out var change)) change.Apply(options);
        else Property(option).SetValue(options, Other(option));
        Assert.NotEqual(option.Default, ValueOf(options, option));
        Assert.Equal(ValueOf(options, option), option.Read!(options.Resolved()));
    }

    [Theory, MemberData(nameof(WithNumbers))]
    public void A_number_is_refused_by_name_unless_the_table_allows_it(string name)
    {
        var option = OptionTable.Of(name);
        foreach (var number in _numbers)
        {
            if (As(Property(option).PropertyType, number) is not { } value) continue;
            var options = new BackpropTrainer.Options { Preset = Preset.Plain };
            Property(option).SetValue(options, value);
            var problem = Record.Exception(() => option.Check(_ml, value));
            Assert.Equal(option.Contains(number), problem is null);
            if (problem is null) continue;
            Refuses($"{name} {option.Message}. (Parameter '{name}')", () => new BackpropTrainer(_ml, options));
            if (option.Write is not null && name != nameof(options.LabelSmoothing)) // the losses have words of their own
                Refuses($"{name} {option.Message}", () => option.Override(Preset.Plain.For(DatasetProfile.Typical), value));
        }
    }

    [Fact]
    public void Presets_set_the_options_that_are_said_to_be_theirs_and_no_others()
    {
        foreach (var option in OptionTable.All.Where(option => option.Read is not null))
        {
            var values = from preset in Preset.All from profile in Profiles select option.Print(option.Read!(preset.For(profile)));
            Assert.Equal(option.IsOfPreset, values.Any(value => value != option.Print(option.Default)));
        }
    }

    [Fact]
    public void What_reading_depends_on_does_not_depend_on_the_number_of_rows()
    {
        var cases = from option in OptionTable.All
                    where option is { IsUsedInReading: true, Read: not null }
                    from preset in Preset.All
                    from sameExceptRows in Profiles.GroupBy(profile => profile with { Rows = 0 })
                    select sameExceptRows.Select(profile => option.Print(option.ValueIn(preset.For(profile))));
        Assert.All(cases, values => Assert.Single(values.Distinct()));
    }

    private static void Refuses(string message, Func<object> make) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(make).Message);

    private static TheoryData<string> NamesOf(Func<OptionDescriptor, bool> condition) =>
        [.. OptionTable.All.Where(condition).Select(option => option.Name)];

    private static PropertyInfo Property(OptionDescriptor option) => typeof(BackpropTrainer.Options).GetProperty(option.Name)!;

    private static object? ValueOf(BackpropTrainer.Options options, OptionDescriptor option) => Property(option).GetValue(options);

    private static bool IsNumber(OptionDescriptor option) => As(Property(option).PropertyType, 1) is not null;

    // A number as a value of an option; null if it cannot be one.
    private static object? As(Type type, double number)
    {
        var of = Nullable.GetUnderlyingType(type) ?? type;
        if (of == typeof(double)) return number;
        if (of == typeof(TimeSpan) && double.Abs(number) < 10) return TimeSpan.FromSeconds(number);
        if ((of != typeof(int) && of != typeof(long)) || number != Math.Round(number) || double.Abs(number) > 10) return null;
        return Convert.ChangeType(number, of);
    }

    // Another value than the default, for options that other tests do not list.
    private static object Other(OptionDescriptor option) => option.Default switch
    {
        bool flag => !flag,
        double => 0.25,
        CancellationToken => new CancellationToken(canceled: true),
        Backprop.Training.ValidationRows => Backprop.Training.ValidationRows.Last,
        _ when Property(option).PropertyType == typeof(TimeSpan?) => TimeSpan.FromSeconds(5),
        _ when Property(option).PropertyType == typeof(int?) => 3,
        _ when Property(option).PropertyType == typeof(Backprop.Training.OptimizerMemory) => Scenarios.ExampleCheckpoint.OptimizerMemory,
        _ when Property(option).PropertyType == typeof(Backprop.Training.Conformal) => new Backprop.Training.Conformal(),
        _ when Property(option).PropertyType == typeof(Backprop.Training.Checkpoint) => new Backprop.Training.Checkpoint("file"),
        _ when Property(option).PropertyType == typeof(MonotoneConstraints) => new MonotoneConstraints { Increasing = ["A"] },
        _ when Property(option).PropertyType == typeof(Search) => new Search(),
        _ when Property(option).PropertyType == typeof(Backprop.Distribution.Distributed) =>
            new Backprop.Distribution.Distributed(ThreadRanks.Alone),
        _ => new Metrics.F1Score(),
    };
}
