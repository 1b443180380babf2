using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>The ranges of a record's properties, by name.</summary>
internal sealed class OptionRanges
{
    private readonly Dictionary<string, ValueRange> _ranges = [];

    /// <summary>The range of one property, set when the list is made.</summary>
    public ValueRange this[string option]
    {
        init => _ranges[option] = value;
    }

    /// <summary>The range of a property; null where every value is allowed.</summary>
    public ValueRange? Of(string option) => _ranges.GetValueOrDefault(option);

    /// <summary>Returns the value, if it is allowed.</summary>
    /// <param name="value">A numeric value, a time, or a value of an enumeration.</param>
    /// <param name="option">The name of the property; by default, the calling property.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not allowed.</exception>
    public T Checked<T>(T value, [CallerMemberName] string option = "") => _ranges[option].Checked(value, option);
}
