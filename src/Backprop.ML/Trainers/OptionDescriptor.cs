using Backprop.ML.Presets;
using Backprop.Numerics;
using Backprop.Presets;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>An option of <see cref="BackpropTrainer.Options"/>: its default, its allowed values, and how the core receives it.</summary>
/// <param name="Name">The name of the property.</param>
/// <param name="Group">The section of docs/reference/options.md.</param>
/// <param name="Default">The value if neither the user nor a preset sets it.</param>
internal sealed record OptionDescriptor(string Name, string Group, object? Default)
{
    /// <summary>The value of a preset; null for options that the core does not have.</summary>
    public Func<PresetValues, object?>? Read { get; init; }

    /// <summary>The values of a preset with another value of this option; null for options that the core does not have.</summary>
    public Func<PresetValues, object?, PresetValues>? Write { get; init; }

    /// <summary>The allowed values; null if every value is allowed.</summary>
    public ValueRange? Range { get; init; }

    /// <summary>The allowed values in words; null if every value is allowed.</summary>
    public string? Allowed => Range?.Words;

    /// <summary>The end of the error message for other values.</summary>
    public string? Message => Range?.Message;

    /// <summary>Whether a numeric value is allowed.</summary>
    public bool Contains(double number) => Range is null || Range.Contains(number);

    /// <summary>Whether presets set the option. A preset prints these options.</summary>
    public bool IsOfPreset { get; init; }

    /// <summary>Whether null is an error.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the value is a name of columns or files. It must not be empty.</summary>
    public bool IsName { get; init; }

    /// <summary>Whether reading the rows depends on the option.</summary>
    /// <remarks>Presets set it independently of the number of rows, which is unknown until they are read.</remarks>
    public bool IsUsedInReading { get; init; }

    /// <summary>Whether the description of a training lists the option, if the user sets it. Options without an effect on the model are
    /// not listed.</summary>
    public bool IsDescribed { get => field || Read is not null; init; }

    /// <summary>The text of a value.</summary>
    public Func<object?, string> Print { get; init; } = PresetText.Of;

    /// <summary>The value of a preset, or the default if presets do not set the option.</summary>
    public object? ValueIn(PresetValues values) => IsOfPreset ? Read!(values) : Default;

    /// <summary>The values of a preset with the value that the user set.</summary>
    public PresetValues Override(PresetValues values, object? chosen) => Write is null ? values : Write(values, chosen);

    /// <summary>Checks a value that the user set.</summary>
    /// <exception cref="ArgumentException">The value is missing or out of range. The message names the option.</exception>
    public void Check(IExceptionContext context, object? value)
    {
        if (IsName && (IsRequired || value is not null)) context.CheckNonEmpty((string?)value, Name);
        if (IsRequired) context.CheckValue(value, Name);
        if (value is string[] names)
            foreach (var each in names) context.CheckNonEmpty(each, Name);
        Range?.Checked(value, Name);
    }

    /// <summary>The same option, set by presets and printed by them.</summary>
    public OptionDescriptor OfPreset() => this with { IsOfPreset = true };

    /// <summary>The same option, which must not be null.</summary>
    public OptionDescriptor Required() => this with { IsRequired = true };

    /// <summary>The same option, which reading the rows depends on.</summary>
    public OptionDescriptor UsedInReading() => this with { IsUsedInReading = true };

    /// <summary>The same option of the adapter, which decides the model.</summary>
    public OptionDescriptor Described() => this with { IsDescribed = true };
}
