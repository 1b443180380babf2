namespace Backprop.ML.Tests.EndToEnd;

/// <summary>Where data files stand.</summary>
internal static class TestData
{
    /// <summary>A file that comes with the tests.</summary>
    public static string Shipped(string file) => Path.Combine(AppContext.BaseDirectory, "data", file);

    /// <summary>A file of the shared data sets, or null where they are not installed.</summary>
    public static string? Shared(string file)
    {
        var path = Path.Combine(
            Environment.GetEnvironmentVariable("BACKPROP_DATA") ?? Path.Combine(Repository.Root, "..", "shared", "data"), file);
        return File.Exists(path) ? path : null;
    }
}

/// <summary>A test that needs a file of the shared data sets; skipped, with the reason, where it is missing.</summary>
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string file)
    {
        if (TestData.Shared(file) is null) Skip = $"{file} was not found; set BACKPROP_DATA to the folder of the data sets.";
    }
}
