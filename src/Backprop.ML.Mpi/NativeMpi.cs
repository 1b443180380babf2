using System.Runtime.InteropServices;
using System.Text;

namespace Backprop.ML;

/// <summary>The functions of MPI that this package calls. Each has at most eight arguments.</summary>
internal static partial class NativeMpi
{
    private const string Name = "mpi";

    // Longer than every error text and version text of the three interfaces.
    private const int MaxText = 16384;

    private static readonly Lazy<nint> _library = new(() => MpiLibrary.Load(MpiLaunch.OfProcess.LibraryNames));

    private static readonly Lazy<MpiAbi> _abi = new(() => MpiAbi.Of(_library.Value));

    static NativeMpi() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeMpi).Assembly, (name, _, _) => name == Name ? _library.Value : 0);

    /// <summary>The interface of the library, which is loaded at the first call.</summary>
    /// <exception cref="DllNotFoundException">No library was found.</exception>
    public static MpiAbi Abi => _abi.Value;

    /// <summary>The first line of the library's own description.</summary>
    public static string Version
    {
        get
        {
            var text = new byte[MaxText];
            Check(MPI_Get_library_version(text, out var length));
            return Encoding.UTF8.GetString(text, 0, length).Split('\n')[0].Replace('\t', ' ').Trim('\0', ' ');
        }
    }

    /// <summary>Throws if a function returned an error.</summary>
    /// <exception cref="InvalidOperationException">It did; the message is that of MPI.</exception>
    public static void Check(int error)
    {
        if (error == 0) return;
        var text = new byte[MaxText];
        _ = MPI_Error_string(error, text, out var length);
        throw new InvalidOperationException($"MPI reports: {Encoding.UTF8.GetString(text, 0, length)}");
    }

    [LibraryImport(Name)]
    public static partial int MPI_Init_thread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(Name)]
    public static partial int MPI_Finalize();

    [LibraryImport(Name)]
    public static partial int MPI_Abort(nint comm, int code);

    [LibraryImport(Name)]
    public static partial int MPI_Comm_rank(nint comm, out int rank);

    [LibraryImport(Name)]
    public static partial int MPI_Comm_size(nint comm, out int size);

    [LibraryImport(Name)]
    public static partial int MPI_Comm_set_errhandler(nint comm, nint handler);

    [LibraryImport(Name)]
    public static unsafe partial int MPI_Isend(nint buffer, int count, nint type, int to, int tag, nint comm, nint* request);

    [LibraryImport(Name)]
    public static unsafe partial int MPI_Irecv(nint buffer, int count, nint type, int from, int tag, nint comm, nint* request);

    [LibraryImport(Name)]
    public static unsafe partial int MPI_Iprobe(int from, int tag, nint comm, out int isThere, void* status);

    [LibraryImport(Name)]
    public static unsafe partial int MPI_Get_count(void* status, nint type, out int count);

    [LibraryImport(Name)]
    public static unsafe partial int MPI_Test(nint* request, out int isDone, nint status);

    [LibraryImport(Name)]
    private static partial int MPI_Error_string(int error, byte[] text, out int length);

    [LibraryImport(Name)]
    private static partial int MPI_Get_library_version(byte[] text, out int length);
}
