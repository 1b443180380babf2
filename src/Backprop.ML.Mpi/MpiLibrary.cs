using System.Runtime.InteropServices;

namespace Backprop.ML;

/// <summary>Finds and loads the MPI library of the launcher.</summary>
internal static partial class MpiLibrary
{
    private const int Now = 2, Global = 0x100;

    /// <summary>Loads the first of some libraries.</summary>
    /// <exception cref="DllNotFoundException">None is installed; the message lists the names.</exception>
    public static nint Load(IReadOnlyList<string> names)
    {
        KeepSegmentationFaults();
        foreach (var name in names)
            if (TryLoad(name, out var library)) return library;
        throw new DllNotFoundException(
            $"No MPI library was found; these were tried: {string.Join(", ", names)}. Install Open MPI (openmpi-bin) or MPICH (mpich), the "
            + "one whose mpirun starts the program. Or set the environment variable "
            + $"{MpiLaunch.LibraryVariable} to the path of the library.");
    }

    // UCX, below MPICH and some builds of Open MPI, handles SIGSEGV by ending the process. .NET needs this signal for
    // NullReferenceException. UCX reads the variable by getenv when it is loaded. Environment.SetEnvironmentVariable does not change it.
    private static void KeepSegmentationFaults()
    {
        if (!OperatingSystem.IsWindows()) _ = SetVariable("UCX_ERROR_SIGNALS", "", overwrite: 0);
    }

    // Plugins of some builds of Open MPI find its symbols among the global ones only. NativeLibrary.Load keeps symbols local.
    private static bool TryLoad(string name, out nint library)
    {
        if (!OperatingSystem.IsLinux()) return NativeLibrary.TryLoad(name, out library);
        library = Open(name, Now | Global);
        return library != 0;
    }

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string name, int flags);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
