namespace Backprop;

/// <summary>Where the sources are, for tests and programs that read them.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Backprop.ML.sln")))
            folder = folder.Parent
                ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Backprop.ML.sln.");
        return folder.FullName;
    }
}
