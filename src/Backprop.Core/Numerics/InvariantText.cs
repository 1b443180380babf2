using System.Globalization;

namespace Backprop.Numerics;

/// <summary>Texts that do not depend on the culture. Records write their properties in the current culture, whatever formats the
/// record.</summary>
internal static class InvariantText
{
    /// <summary>The text of a value.</summary>
    public static string Of(object? value) => Write(() => $"{value}");

    /// <summary>Calls a function in the invariant culture.</summary>
    public static T Write<T>(Func<T> write)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return write();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
