using System.Globalization;

namespace Backprop.Reports;

/// <summary>Values as a reader sees them: four significant digits. CSV and JSON have all digits.</summary>
internal static class ReportNumber
{
    private const double LargestDecimal = 1e7, SmallestDecimal = 1e-4;

    /// <summary>Four significant digits, as a decimal number unless it would have many zeros; empty for null.</summary>
    public static string Of(double? value)
    {
        if (value is not { } number) return "";
        var rounded = double.Parse(number.ToString("E3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var size = Math.Abs(rounded);
        var isDecimal = size == 0 || (size >= SmallestDecimal && size < LargestDecimal) || !double.IsFinite(size);
        return rounded.ToString(isDecimal ? "0.########" : "0.###E-00", CultureInfo.InvariantCulture);
    }

    /// <summary>A mark of an axis, short enough for the margin.</summary>
    public static string OfAxis(double mark)
    {
        const int longest = 7;
        var text = mark.ToString("0.########", CultureInfo.InvariantCulture);
        var isShort = text.Length <= longest && (mark == 0 || Math.Abs(mark) >= SmallestDecimal);
        return isShort ? text : mark.ToString("0.##E-0", CultureInfo.InvariantCulture);
    }

    /// <summary>A time in the unit that suits it: 0.42 s, 12.3 s, 2 min 5 s, 1 h 3 min.</summary>
    public static string Of(TimeSpan time) => time.TotalSeconds switch
    {
        < 9.995 => FormattableString.Invariant($"{time.TotalSeconds:0.00} s"),
        < 59.95 => FormattableString.Invariant($"{time.TotalSeconds:0.0} s"),
        < 3600 => FormattableString.Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
    };
}
