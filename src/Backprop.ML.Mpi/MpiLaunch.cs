using System.Globalization;

namespace Backprop.ML;

/// <summary>What the environment says about the launcher of this process.</summary>
/// <param name="Variables">Reads an environment variable; null if it is not set.</param>
internal sealed record MpiLaunch(Func<string, string?> Variables)
{
    /// <summary>The environment variable with the path of a library, for installations that no rule finds.</summary>
    public const string LibraryVariable = "BACKPROP_MPI_LIBRARY";

    private static readonly string[] _openMpi = ["libmpi.so.40", "libmpi.40.dylib"];

    // Never plain libmpi.so: it is a link for compilers, to any of the libraries that are installed.
    private static readonly string[] _others =
    [
        "libmpi_abi.so.1", "libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "msmpi.dll", "impi.dll",
    ];

    /// <summary>The launch of this process.</summary>
    public static MpiLaunch OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Whether a launcher of MPI has started this process, or a library is named. Otherwise it is alone, and needs no
    /// library.</summary>
    public bool HasLauncher => AnnouncedSize is not null || IsSet("PMIX_RANK") || IsSet("PMI_RANK") || IsSet(LibraryVariable);

    /// <summary>The number of processes that the launcher has started; null if it does not say.</summary>
    public int? AnnouncedSize => Count("OMPI_COMM_WORLD_SIZE") ?? Count("PMI_SIZE") ?? SizeOfSlurmStep;

    /// <summary>The names of libraries to try, in order. Only the library of the launcher can find the other processes.</summary>
    public IReadOnlyList<string> LibraryNames
    {
        get
        {
            if (Variables(LibraryVariable) is { Length: > 0 } named) return [named];
            if (IsSet("OMPI_COMM_WORLD_SIZE")) return _openMpi;
            if (IsSet("PMI_SIZE")) return _others;
            return [.. _openMpi, .. _others];
        }
    }

    // Slurm starts one process for each task of a step. The batch script itself is no step of several tasks.
    private int? SizeOfSlurmStep => Count("SLURM_STEP_NUM_TASKS") is { } tasks and > 1 ? tasks : null;

    private bool IsSet(string name) => Variables(name) is { Length: > 0 };

    private int? Count(string name) =>
        int.TryParse(Variables(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
