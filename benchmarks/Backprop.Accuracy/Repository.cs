using System.Diagnostics;

namespace Backprop.Accuracy;

/// <summary>The folder that this program was built in.</summary>
internal static class Repository
{
    /// <summary>Path of a file of the repository; the program lies below its root.</summary>
    public static string Path(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Backprop.ML.sln")))
                return System.IO.Path.GetFullPath(System.IO.Path.Combine([folder.FullName, .. path]));
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Backprop.ML.sln.");
    }

    /// <summary>The commit that is checked out.</summary>
    public static string Commit()
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["-C", Path(), "rev-parse", "--short", "HEAD"]) { RedirectStandardOutput = true })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }
}
