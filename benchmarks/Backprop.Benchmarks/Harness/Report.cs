using System.Globalization;
using System.Text;

namespace Backprop.Benchmarks.Harness;

/// <summary>Collects rows and prints them as one table of Markdown.</summary>
internal sealed class Report(double peak)
{
    private readonly List<string> _rows = [];

    /// <summary>Operations per second that one core can do at most.</summary>
    public double Peak => peak;

    /// <summary>A comparison, and the ratio that is aimed at. Where others left fewer processors than the work has threads, it says so and
    /// gives no verdict.</summary>
    public void Add(string work, string peer, Comparison times, double? bar = null, int threads = 1)
    {
        var disturbed = threads + times.Others > Environment.ProcessorCount + 0.1;
        Row(work, peer, Time(times.Ours), Time(times.Peer), Spread(times), bar is { } b ? $"{b:F2}" : "",
            disturbed ? "disturbed" : bar is { } least ? Met(times.Ratio >= least) : "",
                disturbed ? $"other programs kept {times.Others:F1} processors busy" : "");
    }

    /// <summary>How near the limit of one core some work comes.</summary>
    public void AddShareOfPeak(string work, double operations, double seconds, double? bar = null)
    {
        var share = operations / seconds / peak;
        Row(
            work, "FMA peak", Time(seconds), $"{operations / seconds / 1e9:F0} of {peak / 1e9:F0} GFLOP/s", $"{share:F2}",
            bar is { } b ? $"{b:F2}" : "", bar is { } least ? Met(share >= least) : "", "");
    }

    /// <summary>How near the limit of several cores some work comes, whose peer are multiply-adds on as many.</summary>
    public void AddShareOfPeak(string work, double operations, Comparison times, double bar, int threads)
    {
        var disturbed = threads + times.Others > Environment.ProcessorCount + 0.1;
        Row(work, $"FMA peak of {threads} cores", Time(times.Ours), $"{operations / times.Ours / 1e9:F0} of " +
            $"{operations / times.Peer / 1e9:F0} GFLOP/s", Spread(times), $"{bar:F2}",
            disturbed ? "disturbed" : Met(times.Ratio >= bar), disturbed ? $"other programs kept {times.Others:F1} processors busy" : "");
    }

    /// <summary>A figure of its own kind.</summary>
    public void Add(string work, string figure, string bar, bool met) => Row(work, "", figure, "", "", bar, Met(met), "");

    /// <summary>Work that could not be compared, and why.</summary>
    public void Void(string work, string peer, string why) => Row(work, peer, "", "", "void", "", "", why);

    public override string ToString()
    {
        var text = new StringBuilder(
            "| work | against | this library | the other | ratio (min – max) | bar | met | note |\n" +
                "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in _rows) text.Append(row).Append('\n');
        return text.ToString();
    }

    /// <summary>Median, least and greatest ratio.</summary>
    public static string Spread(Comparison times) => $"{times.Ratio:F2} ({times.Least:F2} – {times.Most:F2})";

    private void Row(params string[] cells)
    {
        var row = $"| {string.Join(" | ", cells)} |";
        _rows.Add(row);
        Console.WriteLine(row);
    }

    private static string Met(bool met) => met ? "yes" : "**no**";

    private static string Time(double seconds) => seconds switch
    {
        < 1e-6 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e9:F0} ns"),
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:F2} µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:F2} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} s"),
    };
}
