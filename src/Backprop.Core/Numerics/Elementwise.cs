using System.Numerics;
using System.Runtime.InteropServices;

namespace Backprop.Numerics;

/// <summary>One formula of two numbers, written once for a number and once for a vector of numbers.</summary>
internal interface IBinaryOperator
{
    static abstract Real Invoke(Real a, Real b);
    static abstract Vector<Real> Invoke(Vector<Real> a, Vector<Real> b);
}

/// <summary>Loops over spans; the operator is a type argument, so the compiler inlines it.</summary>
internal static class Elementwise
{
    /// <summary>destination[i] = TOperator(a[i], b[i]).</summary>
    public static void Zip<TOperator>(ReadOnlySpan<Real> a, ReadOnlySpan<Real> b, Span<Real> destination)
        where TOperator : struct, IBinaryOperator
    {
        var va = MemoryMarshal.Cast<Real, Vector<Real>>(a);
        var vb = MemoryMarshal.Cast<Real, Vector<Real>>(b);
        var vd = MemoryMarshal.Cast<Real, Vector<Real>>(destination);
        for (var i = 0; i < vd.Length; i++)
            vd[i] = TOperator.Invoke(va[i], vb[i]);

        for (var i = vd.Length * Vector<Real>.Count; i < destination.Length; i++)
            destination[i] = TOperator.Invoke(a[i], b[i]);
    }
}
