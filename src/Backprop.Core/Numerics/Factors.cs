namespace Backprop.Numerics;

/// <summary>A(i, p) = A[i·ARow + p·ADepth], B(p, j) = B[p·BDepth + j·BColumn], for p below Depth; chains start at Bias, or at 0 if it is
/// null. Factor multiplies A·B. Packed may point to a packed copy of B.</summary>
internal readonly unsafe struct Factors(
    nint depth, Real* a, nint aRow, nint aDepth, Real* b, nint bDepth, nint bColumn, Real* bias, Real* packed = null, Real factor = 1)
{
    public readonly nint Depth = depth, ARow = aRow, ADepth = aDepth, BDepth = bDepth, BColumn = bColumn;
    public readonly Real* A = a, B = b, Bias = bias, Packed = packed;
    public readonly Real Factor = factor;
}
