namespace SiteCheck;

/// <summary>How a page is looked at.</summary>
/// <param name="Name">Part of a picture's name.</param>
/// <param name="Width">Width of the window in pixels.</param>
/// <param name="Height">Height of the window in pixels.</param>
/// <param name="Scheme">The color scheme that the reader prefers.</param>
internal sealed record Look(string Name, int Width, int Height, string Scheme)
{
    /// <summary>A desktop and a phone, each in light and in dark.</summary>
    public static IReadOnlyList<Look> All { get; } =
    [
        new("desktop-light", 1280, 900, "light"),
        new("desktop-dark", 1280, 900, "dark"),
        new("phone-light", 390, 844, "light"),
        new("phone-dark", 390, 844, "dark"),
    ];
}
