using System.Runtime.InteropServices;

namespace Backprop.Numerics;

/// <summary>Numbers outside the managed heap, for scratch of many megabytes: they are given back at once, not when the heap is
/// collected next.</summary>
internal sealed unsafe class NativeNumbers : IDisposable
{
    private readonly int _length;
    private Real* _numbers;

    /// <summary>Makes room for so many numbers, with whatever is there.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough memory.</exception>
    public NativeNumbers(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _length = length;
        _numbers = (Real*)NativeMemory.Alloc((nuint)length, sizeof(Real));
    }

    ~NativeNumbers() => Free();

    /// <summary>The numbers. Not to be used once they were given back, nor longer than this is in use.</summary>
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
