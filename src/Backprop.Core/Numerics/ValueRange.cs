using System.Globalization;
using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>The values that an option may have, and their description. Checks, messages and docs/reference/options.md use the same
/// object.</summary>
/// <param name="Words">The allowed values, as documentation names them.</param>
/// <param name="Message">The error message after the name of the option.</param>
/// <param name="Contains">Whether a value is allowed; a time counts in seconds.</param>
internal sealed record ValueRange(string Words, string Message, Func<double, bool> Contains)
{
    private ValueRange(string words, Func<double, bool> contains) : this(words, $"must be {words}", contains)
    {
    }

    /// <summary>Integers from 0 on.</summary>
    public static ValueRange AtLeastZero { get; } = new("at least 0", value => value >= 0);

    /// <summary>Integers from 1 on.</summary>
    public static ValueRange AtLeastOne { get; } = new("at least 1", value => value >= 1);

    /// <summary>Positive finite values.</summary>
    public static ValueRange Positive { get; } = new("> 0 and finite", value => value > 0 && double.IsFinite(value));

    /// <summary>Positive times.</summary>
    public static ValueRange PositiveTime { get; } = new("> 0", value => value > 0);

    /// <summary>Finite values that are not negative.</summary>
    public static ValueRange NotNegative { get; } = new("≥ 0 and finite", value => value >= 0 && double.IsFinite(value));

    /// <summary>Finite values from 1 on.</summary>
    public static ValueRange FiniteAtLeastOne { get; } = new("≥ 1 and finite", value => value >= 1 && double.IsFinite(value));

    /// <summary>A share from 0 to 1.</summary>
    public static ValueRange Share { get; } = new("in [0, 1]", value => value is >= 0 and <= 1);

    /// <summary>A share above 0.</summary>
    public static ValueRange UpToOne { get; } = new("in (0, 1]", value => value is > 0 and <= 1);

    /// <summary>A share above 0 and below 1.</summary>
    public static ValueRange BetweenZeroAndOne { get; } = new("in (0, 1)", value => value is > 0 and < 1);

    /// <summary>A share below 1.</summary>
    public static ValueRange BelowOne { get; } = new("in [0, 1)", value => value is >= 0 and < 1);

    /// <summary>The values of an enumeration that have names.</summary>
    public static ValueRange Named { get; } = new("a named value", "is not known", _ => true);

    /// <summary>A range of values that their own property checks, with its description in the documentation.</summary>
    public static ValueRange CheckedByProperty(string words) => new(words, _ => true);

    /// <summary>Returns the value, if it is allowed. Null is allowed: its property checks it.</summary>
    /// <param name="value">A numeric value, a time, or a value of an enumeration.</param>
    /// <param name="option">The name of the option; by default, the calling property.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not allowed.</exception>
    public T Checked<T>(T value, [CallerMemberName] string option = "") =>
        Allows(value) ? value : throw Refusal(option, value, Message);

    /// <summary>The exception for a value that is not allowed. Its message is a sentence whose subject is the option.</summary>
    /// <param name="option">The name of the option.</param>
    /// <param name="value">The value that was found.</param>
    /// <param name="message">The rest of the sentence, without the period: "must be …".</param>
    public static ArgumentOutOfRangeException Refusal(string option, object? value, string message) =>
        new(option, value, $"{option} {message}.");

    private bool Allows(object? value) => value switch
    {
        Enum named => Enum.IsDefined(named.GetType(), named),
        TimeSpan time => Contains(time.TotalSeconds),
        IConvertible number => Contains(number.ToDouble(CultureInfo.InvariantCulture)),
        _ => true,
    };
}
