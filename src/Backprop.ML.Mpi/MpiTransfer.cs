using System.Runtime.InteropServices;

namespace Backprop.ML;

/// <summary>A message that MPI is sending or receiving. Its buffer does not move until the transfer has ended.</summary>
internal sealed class MpiTransfer
{
    private const int Tag = 0x42;

    private GCHandle _buffer;
    private nint _request;

    private MpiTransfer(byte[] bytes) => _buffer = GCHandle.Alloc(bytes, GCHandleType.Pinned);

    /// <summary>Starts to send a message.</summary>
    public static MpiTransfer Send(int rank, byte[] message) => Start(rank, message, sends: true);

    /// <summary>Starts to receive a message.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="message">Receives the message; exactly as long.</param>
    public static MpiTransfer Receive(int rank, byte[] message) => Start(rank, message, sends: false);

    /// <summary>The length of the next message of a rank; null if none has arrived.</summary>
    public static unsafe int? LengthOfNext(int rank)
    {
        // Larger than MPI_Status of the three interfaces: 20, 24 and 32 bytes.
        var status = stackalloc byte[64];
        NativeMpi.Check(NativeMpi.MPI_Iprobe(rank, Tag, NativeMpi.Abi.World, out var isThere, status));
        if (isThere == 0) return null;
        NativeMpi.Check(NativeMpi.MPI_Get_count(status, NativeMpi.Abi.Byte, out var length));
        return length;
    }

    /// <summary>Whether the transfer has ended. MPI only continues a transfer during such calls.</summary>
    public unsafe bool HasEnded()
    {
        if (!_buffer.IsAllocated) return true;
        int isDone;
        // An MPICH request has 4 bytes, an Open MPI request has 8; little-endian processors store both at the same address.
        fixed (nint* request = &_request) NativeMpi.Check(NativeMpi.MPI_Test(request, out isDone, NativeMpi.Abi.StatusIgnore));
        if (isDone == 0) return false;
        _buffer.Free();
        return true;
    }

    private static unsafe MpiTransfer Start(int rank, byte[] message, bool sends)
    {
        var transfer = new MpiTransfer(message);
        nint buffer = transfer._buffer.AddrOfPinnedObject(), request = 0, type = NativeMpi.Abi.Byte, world = NativeMpi.Abi.World;
        NativeMpi.Check(
            sends
                ? NativeMpi.MPI_Isend(buffer, message.Length, type, rank, Tag, world, &request)
                : NativeMpi.MPI_Irecv(buffer, message.Length, type, rank, Tag, world, &request));
        transfer._request = request;
        return transfer;
    }
}
