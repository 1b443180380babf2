using Backprop.Numerics;

namespace Backprop.Presets;

/// <summary>An option that a search varies, and its values.</summary>
public sealed class SearchDimension
{
    private readonly Func<PresetValues, RandomSequence, object?> _draw;
    private readonly Func<PresetValues, object?, PresetValues> _write;

    private SearchDimension(
        string option, string values, Func<PresetValues, RandomSequence, object?> draw, Func<PresetValues, object?, PresetValues> write)
    {
        (Option, Values) = (option, values);
        (_draw, _write) = (draw, write);
    }

    /// <summary>The name of the option.</summary>
    public string Option { get; }

    /// <summary>The values, in words.</summary>
    public string Values { get; }

    /// <summary>The position in its space; its random numbers depend on it.</summary>
    internal int Index { get; private init; }

    /// <summary>The option and its values.</summary>
    public override string ToString() => $"{Option}: {Values}";

    /// <summary>One of several values, each with the same probability.</summary>
    /// <param name="option">The name of the option.</param>
    /// <param name="write">Sets the option.</param>
    /// <param name="choices">The values.</param>
    internal static SearchDimension Choice<T>(string option, Func<PresetValues, T, PresetValues> write, params T[] choices) =>
        Drawn(option, string.Join(", ", choices), (_, random) => choices[random.NextIndex(choices.Length)], write);

    /// <summary>A value that is drawn by a function of the values of the preset.</summary>
    internal static SearchDimension Drawn<T>(
        string option, string values, Func<PresetValues, RandomSequence, T> draw, Func<PresetValues, T, PresetValues> write) =>
        new(option, values, (preset, random) => draw(preset, random), (preset, value) => write(preset, (T)value!));

    /// <summary>The same at a position.</summary>
    internal SearchDimension At(int index) => new(Option, Values, _draw, _write) { Index = index };

    /// <summary>Draws a value.</summary>
    /// <param name="preset">The values of the preset.</param>
    /// <param name="random">The random numbers.</param>
    internal object? Draw(PresetValues preset, RandomSequence random) => _draw(preset, random);

    /// <summary>The values of a preset with another value of the option.</summary>
    internal PresetValues Apply(PresetValues preset, object? value) => _write(preset, value);
}
