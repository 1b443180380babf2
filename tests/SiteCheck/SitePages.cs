namespace SiteCheck;

/// <summary>Which pages of a site are loaded.</summary>
internal static class SitePages
{
    /// <summary>All pages but the tables of contents, which are parts of pages.</summary>
    private static IReadOnlyList<string> All(string site) =>
    [
        .. Directory.GetFiles(site, "*.html", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(site, file).Replace('\\', '/'))
            .Where(path => Path.GetFileName(path) != "toc.html")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The pages whose path, relative to the site, begins with a text.</summary>
    public static IReadOnlyList<string> Under(string site, string path) =>
        [.. All(site).Where(page => page.StartsWith(path, StringComparison.Ordinal))];

    /// <summary>The start page, and the largest page of each folder: the one with the most that can go wrong.</summary>
    public static IReadOnlyList<string> OfEachKind(string site) =>
    [
        "index.html",
        .. All(site).Where(path => path.Contains('/', StringComparison.Ordinal))
            .GroupBy(Path.GetDirectoryName)
            .Select(folder => folder.MaxBy(path => new FileInfo(Path.Combine(site, path)).Length)!),
    ];
}
