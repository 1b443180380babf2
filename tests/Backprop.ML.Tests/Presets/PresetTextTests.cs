using System.Globalization;
using System.Reflection;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Presets;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML.Tests.Presets;

/// <summary>Texts of options tell every value that differs, in any culture: ranks compare them, and reports show them.</summary>
public class PresetTextTests
{
    private static readonly object[] Values =
    [
        .. Optimizer.All, .. Schedule.All, .. Activation.All, .. Initializer.All, .. Metric.All, .. Loss.All, .. WeightAveraging.All,
        new EarlyStopping { Target = 0.9 }, new Conformal(), new Mixup(), new LossTolerance(),
    ];

    public static TheoryData<string> Types => [.. Values.Select(value => value.GetType().Name).Distinct()];

    [Theory, MemberData(nameof(Types))]
    public void Another_value_has_another_text(string type)
    {
        var value = Values.First(value => value.GetType().Name == type);
        foreach (var property in value.GetType().GetProperties().Where(property => property.SetMethod is { IsPublic: true }))
        {
            var changed = Clone(value);
            if (!TryChange(changed, property)) continue;
            Assert.True(PresetText.Of(changed) != PresetText.Of(value), $"{type}.{property.Name}: {PresetText.Of(value)}");
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void A_text_does_not_depend_on_the_culture(string type)
    {
        var value = Values.First(value => value.GetType().Name == type);
        var expected = PresetText.Of(value);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(expected, PresetText.Of(value));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Values_that_are_not_set_are_not_told()
    {
        Assert.Equal("SELU", PresetText.Of(new SELU()));
        Assert.Equal("Adam(Beta1 0.9, Beta2 0.95, Epsilon 1E-08)", PresetText.Of(new Adam { Beta2 = 0.95 }));
        Assert.Equal("StepDecay(Factor 0.25)", PresetText.Of(new StepDecay { Factor = 0.25 }));
        Assert.Equal("Conformal { Coverage = 0.8, HeldOutFraction = 0 }", PresetText.Of(new Conformal { Coverage = 0.8 }));
    }

    [Fact]
    public void Values_inside_of_others_are_told()
    {
        Assert.Equal("ParametricMix(ELU(Alpha 2))", PresetText.Of(new ParametricMix(new ELU { Alpha = 2 })));
        Assert.Equal("ParametricMix(SELU)", PresetText.Of(new ParametricMix(new SELU())));
        var lookahead = new Lookahead { Inner = new Momentum { Coefficient = 0.8 } };
        Assert.Equal("Lookahead(Inner Momentum(Coefficient 0.8))", PresetText.Of(lookahead));
        var space = SearchSpace.For(DatasetProfile.Typical).Without(nameof(BackpropTrainer.Options.Dropout));
        Assert.NotEqual(PresetText.Of(new Search()), PresetText.Of(new Search { Space = space }));
        Assert.Equal("1000 values", PresetText.Of(new float[1000]));
    }

    // A property of the class itself would have no end, and others cannot be read.
    [Fact]
    public void Classes_of_the_user_have_a_text_whatever_their_properties_are()
    {
        Assert.Equal("Odd", PresetText.Of(new Odd()));
        Assert.Equal("Odd(Share 0.5)", PresetText.Of(new Odd { Share = 0.5 }));
        Assert.Equal("Broken", PresetText.Of(new Broken()));
    }

    private static object Clone(object value) =>
        value.GetType().GetMethod("<Clone>$")?.Invoke(value, null) ?? Activator.CreateInstance(value.GetType())!;

    // Tries values until the property accepts one that differs.
    private static bool TryChange(object value, PropertyInfo property)
    {
        var before = property.GetValue(value);
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        object[] candidates = type == typeof(double) ? [0.25, 0.5, 2.5, 30.0]
            : type == typeof(int) ? [3, 5, 40]
            : type == typeof(bool) ? [before is false]
            : type == typeof(Metric) ? [new Accuracy()]
            : type == typeof(StepwiseOptimizer) ? [new Sgd()]
            : [];
        foreach (var candidate in candidates.Where(candidate => !candidate.Equals(before)))
        {
            try
            {
                property.SetValue(value, candidate);
                return true;
            }
            catch (TargetInvocationException)
            {
                // Out of range.
            }
        }
        return false;
    }

    private sealed record Odd : Schedule
    {
        public static Odd Shared { get; set; } = new();

        public double Share { get; set; }

        public int Hidden
        {
            set => Share = value;
        }

        public double this[int index]
        {
            get => throw new InvalidOperationException();
            set => throw new InvalidOperationException();
        }

        public override double FactorAt(TrainingMoment moment) => 1;
    }

    private sealed record Broken : Schedule
    {
        private double _value;

        public double Value
        {
            get => _value > 0 ? _value : throw new InvalidOperationException();
            set => _value = value;
        }

        public override double FactorAt(TrainingMoment moment) => 1;
    }
}
