namespace Backprop.ML.Tests.EndToEnd;

/// <summary>Where data files stand.</summary>
internal static class TestData
{
    /// <summary>A file that comes with the tests.</summary>
    public static string Shipped(string file) => Path.Combine(AppContext.BaseDirectory, "data", file);

    /// <summary>A file of the shared data sets, or null where they are not installed.</summary>
    public static string? Shared(string file)
    {
        var folder = Environment.GetEnvironmentVariable("BACKPROP_DATA") ?? BesideRepository();
        var path = folder is null ? null : Path.Combine(folder, file);
        return File.Exists(path) ? path : null;
    }

    private static string? BesideRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Backprop.ML.sln"))) folder = folder.Parent;
        return folder?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "data") : null;
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
