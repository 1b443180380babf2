using System.Runtime.InteropServices;

namespace Backprop.Numerics;

/// <summary>Values outside the managed heap, for scratch of many megabytes. The memory is freed immediately, not at the next garbage
/// collection.</summary>
internal sealed unsafe class NativeNumbers : IDisposable
{
    private readonly int _length;
    private Real* _numbers;

    /// <summary>Allocates memory for <paramref name="length"/> values, not initialized.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough memory.</exception>
    public NativeNumbers(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _length = length;
        _numbers = (Real*)NativeMemory.Alloc((nuint)length, sizeof(Real));
    }

    ~NativeNumbers() => Free();

    /// <summary>The values. Do not use the span after this object was disposed or collected.</summary>
    public Span<Real> Span => _numbers is not null ? new Span<Real>(_numbers, _length)
        : throw new ObjectDisposedException(nameof(NativeNumbers));

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_numbers);
        _numbers = null;
    }
}
