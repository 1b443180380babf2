using Backprop.Losses;
using Backprop.Presets;

namespace Backprop.ML.Tests.Presets;

/// <summary>What a search varies are options, with values that are allowed and documented.</summary>
public class SearchSpaceTests
{
    private static readonly DatasetProfile[] Profiles = [
        new(TargetKind.Class, 1_000, 20), new(TargetKind.Binary, 10_000, 20), new(TargetKind.Real, 10_000, 300)];

    public static TheoryData<string> Options => [.. SearchSpace.For(Profiles[0]).Dimensions.Select(dimension => dimension.Option)];

    // The core sets a value by its own function, and the adapter by the table of options. Both must be the same.
    [Theory, MemberData(nameof(Options))]
    public void A_value_is_an_option_and_means_the_same_in_the_core_and_in_the_table(string name)
    {
        var option = OptionTable.Of(name);
        foreach (var profile in Profiles)
        {
            var preset = Preset.Default.For(profile);
            var space = SearchSpace.For(profile);
            if (space.Dimensions.All(dimension => dimension.Option != name)) continue;
            for (var number = 1; number <= 30; number++)
            {
                var value = space.Draw(preset, seed: 5, number)[name];
                var values = space.Apply(preset, new Dictionary<string, object?> { [name] = value });
                Assert.Equal(option.Print(value), option.Print(option.Read!(values)));
                Assert.Equal(option.Print(value), option.Print(option.Read!(option.Override(preset, value))));
                typeof(BackpropTrainer.Options).GetProperty(name)!.SetValue(new BackpropTrainer.Options(), value);
            }
        }
    }

    [Theory, MemberData(nameof(Options))]
    public void Draws_have_several_values(string name)
    {
        var (preset, space) = (Preset.Default.For(Profiles[0]), SearchSpace.For(Profiles[0]));
        var texts = Enumerable.Range(1, 50).Select(number => OptionTable.Of(name).Print(space.Draw(preset, 1, number)[name]));
        Assert.InRange(texts.Distinct().Count(), 2, 50);
    }

    [Fact]
    public void Learning_rates_are_around_that_of_the_preset()
    {
        var (preset, space) = (Preset.Default.For(Profiles[2]), SearchSpace.For(Profiles[2]));
        var rates = Enumerable.Range(1, 500).Select(number => (double)space.Draw(preset, 1, number)["LearningRate"]!).ToArray();
        Assert.InRange(rates.Min(), 0.3 * 0.2 - 1e-9, 0.31 * 0.2);
        Assert.InRange(rates.Max(), 2.9 * 0.2, 3 * 0.2 + 1e-9);
        Assert.InRange(rates.Count(rate => rate < Math.Sqrt(0.3 * 3) * 0.2), 200, 300); // half of a log-uniform draw
    }

    [Fact]
    public void Label_smoothing_is_varied_for_classes_only()
    {
        Assert.Contains(SearchSpace.For(Profiles[1]).Dimensions, dimension => dimension.Option == "LabelSmoothing");
        Assert.DoesNotContain(SearchSpace.For(Profiles[2]).Dimensions, dimension => dimension.Option == "LabelSmoothing");
        var space = SearchSpace.For(Profiles[0]).Without("Dropout", "Nothing");
        Assert.DoesNotContain(space.Dimensions, dimension => dimension.Option == "Dropout");
    }

    [Fact]
    public void Leaving_out_an_option_keeps_the_values_of_the_others()
    {
        var (preset, space) = (Preset.Default.For(Profiles[0]), SearchSpace.For(Profiles[0]));
        var all = space.Draw(preset, 1, 7);
        foreach (var (name, value) in space.Without("HiddenLayers", "Dropout").Draw(preset, 1, 7)) Assert.Equal(all[name], value);
    }

    [Fact]
    public void The_documentation_lists_the_options_and_their_values()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "search-space.md"));
        foreach (var dimension in SearchSpace.For(Profiles[0]).Dimensions)
            Assert.Contains($"| `{dimension.Option}` | {dimension.Values} |", page, StringComparison.Ordinal);
    }
}
