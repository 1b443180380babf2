namespace Backprop.Core.Tests.Persistence;

/// <summary>Gives a thousand bytes at a time and cannot seek, as a decompressing stream does.</summary>
internal sealed class DrippingStream(byte[] bytes) : Stream
{
    private int _position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var drop = bytes.AsSpan(_position, Math.Min(Math.Min(count, 1000), bytes.Length - _position));
        drop.CopyTo(buffer.AsSpan(offset));
        _position += drop.Length;
        return drop.Length;
    }

    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
