using System.Globalization;
using Backprop.ML;
using Backprop.Presets;

namespace Backprop.Accuracy.Learners;

/// <summary>Options that differ from those of a preset.</summary>
/// <param name="Text">What differs, for the recipe.</param>
/// <param name="Apply">Sets the options.</param>
internal sealed record Variation(string Text, Action<BackpropTrainer.Options> Apply)
{
    /// <summary>Its name in tables and plots.</summary>
    public string Name { get; init; } = Text;

    // Default with another size. The names are those on the command line, behind "default@".
    private static readonly Dictionary<string, Variation> _sizes = new()
    {
        ["layers2"] = new("HiddenLayers = 128, 128", options => options.HiddenLayers = [128, 128]) { Name = "2 × 128 units" },
        ["units96"] = new("HiddenLayers = 96, 96, 96", options => options.HiddenLayers = [96, 96, 96]) { Name = "3 × 96 units" },
        ["layers2units96"] = new("HiddenLayers = 96, 96", options => options.HiddenLayers = [96, 96]) { Name = "2 × 96 units" },
        ["members8"] = new("EnsembleSize = 8", options => options.EnsembleSize = 8) { Name = "8 members" },
    };

    /// <summary>The names of all variants of <c>default</c>.</summary>
    public static IReadOnlyCollection<string> Sizes => _sizes.Keys;

    /// <summary>A variant of <c>default</c>; null if there is none with this name.</summary>
    public static Variation? OfDefault(string name) => _sizes.GetValueOrDefault(name);

    /// <summary>A search for a multiple of the cost of its first trial; null if the text is no number.</summary>
    public static Variation? OfSearch(string cost) => double.TryParse(cost, CultureInfo.InvariantCulture, out var most)
        ? new Variation(
            string.Create(CultureInfo.InvariantCulture, $"MaximumCost = {most}"),
            options => options.Search = new Search { MaximumCost = most })
        : null;
}
