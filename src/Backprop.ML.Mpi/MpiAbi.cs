using System.Runtime.InteropServices;

namespace Backprop.ML;

/// <summary>The values of predefined objects in one of the three binary interfaces of MPI.</summary>
/// <remarks>
/// Handles are addresses in Open MPI and small integers elsewhere. In the MPICH family, a handle is a C <c>int</c>. All are passed as
/// <see langword="nint"/>: a function that expects an <c>int</c> reads the low half of the register.
/// </remarks>
/// <param name="Family">The name for messages.</param>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="StatusIgnore">MPI_STATUS_IGNORE.</param>
internal sealed record MpiAbi(string Family, nint World, nint Byte, nint ErrorsReturn, nint StatusIgnore)
{
    /// <summary>MPICH 3 and 4, Intel MPI, MVAPICH, MS-MPI.</summary>
    public static MpiAbi Mpich { get; } = new("the MPICH family", 0x44000000, 0x4c00010d, 0x54000001, StatusIgnore: 1);

    /// <summary>The standard interface of MPI 5.0.</summary>
    public static MpiAbi Standard { get; } = new("the standard ABI of MPI 5", 0x101, 0x247, 0x142, StatusIgnore: 0);

    /// <summary>The interface of a loaded library.</summary>
    public static MpiAbi Of(nint library)
    {
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out var world))
            return new MpiAbi("Open MPI", world, At("ompi_mpi_byte"), At("ompi_mpi_errors_return"), StatusIgnore: 0);
        return HasStandardAbi(library) ? Standard : Mpich;

        nint At(string symbol) => NativeLibrary.GetExport(library, symbol);
    }

    // Libraries of MPI 5 also have the function in their own interface, where the version is -1. It may be called before MPI_Init.
    private static unsafe bool HasStandardAbi(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out var function)) return false;
        int major = -1, minor = -1;
        var error = ((delegate* unmanaged[Cdecl]<int*, int*, int>)function)(&major, &minor);
        return error == 0 && major >= 1;
    }
}
