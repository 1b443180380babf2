using System.Buffers.Binary;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Reading takes no more bytes than a file announces, and no more memory than the bytes that arrive.</summary>
public class BoundedReadingTests
{
    private const int Slack = 1 << 18; // of buffers, and of the exception

    [Fact]
    public void One_byte_more_than_announced_is_read_however_much_follows()
    {
        var stream = new ZerosBehind(Reading.Original, length: 1L << 40);
        var (allocated, refusal) = Read(stream);
        Assert.Contains($"more than the {Reading.Original.Length} bytes", refusal);
        Assert.Equal(Reading.Original.Length + 1, stream.Position);
        Assert.InRange(allocated, 0, 3 * Reading.Original.Length + Slack);
    }

    [Fact]
    public void What_is_announced_and_does_not_arrive_takes_no_memory()
    {
        byte[] file = [.. Reading.Original];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 500_000_000);
        var (allocated, refusal) = Read(new MemoryStream(file));
        Assert.Contains("but its header announces 2000", refusal);
        Assert.InRange(allocated, 0, 3 * Reading.Original.Length + Slack);
    }

    [Fact]
    public void A_network_in_the_middle_of_a_stream_is_read_up_to_its_end()
    {
        var stream = new MemoryStream([1, 2, 3, .. Reading.Original]) { Position = 3 };
        Assert.Equal(17, NetworkFormat.Read(stream).BestEpoch);
    }

    private static (long Allocated, string Refusal) Read(Stream stream)
    {
        Reading.WarmUp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<FormatException>(() => NetworkFormat.Read(stream)).Message;
        return (GC.GetAllocatedBytesForCurrentThread() - before, refusal);
    }

    /// <summary>Some bytes, and zeros behind them; cannot seek.</summary>
    private sealed class ZerosBehind(byte[] bytes, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, length - _position);
            for (var i = 0; i < count; i++, _position++) buffer[offset + i] = _position < bytes.Length ? bytes[_position] : (byte)0;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
