namespace Backprop.Accuracy.Summary;

/// <summary>A page of docs/measurements whose end is made of results.</summary>
internal static class MeasurementPage
{
    /// <summary>Replaces what follows the marker.</summary>
    /// <exception cref="InvalidDataException">The page lacks the marker.</exception>
    public static void WriteBelow(string file, string marker, string generated)
    {
        var page = Repository.Path("docs", "measurements", file);
        var text = File.ReadAllText(page);
        var start = text.IndexOf(marker, StringComparison.Ordinal);
        if (start < 0) throw new InvalidDataException($"{page} must have this line, which the tables follow: {marker}");
        File.WriteAllText(page, $"{text[..(start + marker.Length)]}\n\n{generated}");
    }
}
