using System.Diagnostics;

namespace Backprop;

/// <summary>Starts this program once more, as a process of its own.</summary>
internal static class OwnProgram
{
    /// <summary>How to start it; its output is redirected.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <remarks>"dotnet run" starts the program's own executable; "dotnet Program.dll" starts dotnet.</remarks>
    public static ProcessStartInfo With(params IEnumerable<string> arguments)
    {
        var isDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] program = isDotnet ? [typeof(OwnProgram).Assembly.Location] : [];
        return new ProcessStartInfo(Environment.ProcessPath!, [.. program, .. arguments]) { RedirectStandardOutput = true };
    }
}
