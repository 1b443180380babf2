using System.Buffers;

namespace Backprop.ML;

/// <summary>Values that MPI is sending or receiving. Their memory does not move until the transfer has ended.</summary>
internal sealed class MpiTransfer
{
    private const int TagOfMessages = 0x42, TagOfValues = 0x43;

    private MemoryHandle _pin;
    private bool _hasEnded;
    private nint _request;

    private MpiTransfer(MemoryHandle pin) => _pin = pin;

    /// <summary>Starts to send a message.</summary>
    public static MpiTransfer Send(int rank, byte[] message) => Start<byte>(rank, message, TagOfMessages, sends: true);

    /// <summary>Starts to receive a message.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="message">Receives the message; exactly as long.</param>
    public static MpiTransfer Receive(int rank, byte[] message) => Start<byte>(rank, message, TagOfMessages, sends: false);

    /// <summary>Starts to send values, which are no message: <see cref="LengthOfNext"/> does not find them.</summary>
    /// <param name="rank">The receiver.</param>
    /// <param name="values">The values; they must not change until the transfer has ended.</param>
    public static MpiTransfer SendValues<T>(int rank, ReadOnlyMemory<T> values) where T : unmanaged =>
        Start(rank, values, TagOfValues, sends: true);

    /// <summary>Starts to receive values.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="values">Receives the values; exactly as many as the rank sends.</param>
    public static MpiTransfer ReceiveValues<T>(int rank, Memory<T> values) where T : unmanaged =>
        Start<T>(rank, values, TagOfValues, sends: false);

    /// <summary>The length of the next message of a rank; null if none has arrived.</summary>
    public static unsafe int? LengthOfNext(int rank)
    {
        // Larger than MPI_Status of the three interfaces: 20, 24 and 32 bytes.
        var status = stackalloc byte[64];
        NativeMpi.Check(NativeMpi.MPI_Iprobe(rank, TagOfMessages, NativeMpi.Abi.World, out var isThere, status));
        if (isThere == 0) return null;
        NativeMpi.Check(NativeMpi.MPI_Get_count(status, NativeMpi.Abi.Byte, out var length));
        return length;
    }

    /// <summary>Whether the transfer has ended. MPI only continues a transfer during such calls.</summary>
    public unsafe bool HasEnded()
    {
        if (_hasEnded) return true;
        int isDone;
        // An MPICH request has 4 bytes, an Open MPI request has 8; little-endian processors store both at the same address.
        fixed (nint* request = &_request) NativeMpi.Check(NativeMpi.MPI_Test(request, out isDone, NativeMpi.Abi.StatusIgnore));
        if (isDone == 0) return false;
        _pin.Dispose();
        return _hasEnded = true;
    }

    private static unsafe MpiTransfer Start<T>(int rank, ReadOnlyMemory<T> values, int tag, bool sends) where T : unmanaged
    {
        var transfer = new MpiTransfer(values.Pin());
        nint buffer = (nint)transfer._pin.Pointer, request = 0, type = NativeMpi.Abi.Byte, world = NativeMpi.Abi.World;
        var length = checked(values.Length * sizeof(T));
        NativeMpi.Check(
            sends
                ? NativeMpi.MPI_Isend(buffer, length, type, rank, tag, world, &request)
                : NativeMpi.MPI_Irecv(buffer, length, type, rank, tag, world, &request));
        transfer._request = request;
        return transfer;
    }
}
