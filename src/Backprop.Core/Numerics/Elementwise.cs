using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A formula of one value, written once for every width of vector.</summary>
internal interface IFunction
{
    TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>A formula of two values.</summary>
internal interface IFunctionOfTwo
{
    TLanes Invoke<TLanes>(TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>A formula of three values.</summary>
internal interface IFunctionOfThree
{
    TLanes Invoke<TLanes>(TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>How an optimizer updates one parameter, from its gradient and up to three state values.</summary>
internal interface IUpdateRule
{
    /// <summary>Number of state values of every parameter: 1 to 3. The others are neither read nor written.</summary>
    static abstract int Memories { get; }

    void Invoke<TLanes>(ref TLanes parameter, TLanes gradient, ref TLanes first, ref TLanes second, ref TLanes third)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Loops over spans; the formula is a type argument, so the compiler inlines it.</summary>
/// <remarks>Values that do not fill a vector are computed by a vector that overlaps its neighbour. Fewer values than one
/// vector are computed by a narrower vector. So a value has the same bits at every index.</remarks>
internal static unsafe class Elementwise
{
    /// <summary>y[i] = f(x[i]). y may be x.</summary>
    public static void Map<TFunction>(TFunction f, ReadOnlySpan<Real> x, Span<Real> y) where TFunction : struct, IFunction
    {
        CheckLengths(x.Length, y.Length);
        fixed (Real* px = x, py = y) VectorWidth.Run(new MapWork<TFunction>(f, px, py, y.Length), y.Length);
    }

    /// <summary>destination[i] = f(a[i], b[i]). The destination may be a or b.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlySpan<Real> a, ReadOnlySpan<Real> b, Span<Real> destination)
        where TFunction : struct, IFunctionOfTwo
    {
        CheckLengths(a.Length, destination.Length);
        CheckLengths(b.Length, destination.Length);
        fixed (Real* pa = a, pb = b, pd = destination)
            VectorWidth.Run(new ZipOfTwoWork<TFunction>(f, pa, pb, pd, destination.Length), destination.Length);
    }

    /// <summary>destination[i] = f(a[i], b[i], c[i]). The destination may be a, b or c.</summary>
    public static void Zip<TFunction>(TFunction f, ReadOnlySpan<Real> a, ReadOnlySpan<Real> b, ReadOnlySpan<Real> c, Span<Real> destination)
        where TFunction : struct, IFunctionOfThree
    {
        CheckLengths(a.Length, destination.Length);
        CheckLengths(b.Length, destination.Length);
        CheckLengths(c.Length, destination.Length);
        fixed (Real* pa = a, pb = b, pc = c, pd = destination)
            VectorWidth.Run(new ZipOfThreeWork<TFunction>(f, pa, pb, pc, pd, destination.Length), destination.Length);
    }

    /// <summary>Updates parameters and the optimizer's state in one loop. Separate operations would take several times as
    /// long.</summary>
    /// <param name="rule">The formula.</param>
    /// <param name="parameters">[n], changed in place.</param>
    /// <param name="gradient">[n]</param>
    /// <param name="first">[n], changed in place.</param>
    /// <param name="second">[n], changed in place; empty for a rule with one state value.</param>
    /// <param name="third">[n], changed in place; empty for a rule with fewer than three state values.</param>
    public static void Update<TRule>(
        TRule rule, Span<Real> parameters, ReadOnlySpan<Real> gradient, Span<Real> first, Span<Real> second, Span<Real> third)
        where TRule : struct, IUpdateRule
    {
        CheckLengths(gradient.Length, parameters.Length);
        CheckLengths(first.Length, parameters.Length);
        CheckLengths(second.Length, TRule.Memories > 1 ? parameters.Length : 0);
        CheckLengths(third.Length, TRule.Memories > 2 ? parameters.Length : 0);
        fixed (Real* p = parameters, g = gradient, a = first, b = second, c = third)
        {
            var work = new UpdateWork<TRule>(rule, p, g, a, TRule.Memories > 1 ? b : a, TRule.Memories > 2 ? c : a, parameters.Length);
            VectorWidth.Run(work, parameters.Length);
        }
    }

    private readonly struct MapWork<TFunction>(TFunction f, Real* x, Real* y, int count) : IVectorWork where TFunction : struct, IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Map<TFunction, TLanes>(f, x, y, count);
    }

    private readonly struct ZipOfTwoWork<TFunction>(TFunction f, Real* a, Real* b, Real* destination, int count) : IVectorWork
        where TFunction : struct, IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Zip<TFunction, TLanes>(f, a, b, destination, count);
    }

    private readonly struct ZipOfThreeWork<TFunction>(TFunction f, Real* a, Real* b, Real* c, Real* destination, int count) : IVectorWork
        where TFunction : struct, IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Zip<TFunction, TLanes>(f, a, b, c, destination, count);
    }

    private readonly struct UpdateWork<TRule>(
        TRule rule, Real* parameters, Real* gradient, Real* first, Real* second, Real* third, int count)
        : IVectorWork
        where TRule : struct, IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> =>
            Update<TRule, TLanes>(rule, parameters, gradient, first, second, third, count);
    }

    // The last vector overlaps its neighbour, so its inputs are copied to a buffer first. Each formula occurs only once in
    // its loop. The compiler stops inlining where a method has too many variables. A long formula that occurred twice would
    // be called through memory, value by value.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<TFunction, TLanes>(TFunction f, Real* x, Real* y, int count)
        where TFunction : struct, IFunction
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = count - TLanes.Count;
        if (last < 0) return;
        var aside = stackalloc Real[TLanes.Count];
        TLanes.Store(TLanes.Load(x + last), aside);
        for (nint i = 0, stop = last; ;)
        {
            for (; i < stop; i += TLanes.Count) TLanes.Store(f.Invoke(TLanes.Load(x + i)), y + i);
            if (stop > last) return;
            (i, stop) = (last, last + 1);
            x = aside - last;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Zip<TFunction, TLanes>(TFunction f, Real* a, Real* b, Real* destination, int count)
        where TFunction : struct, IFunctionOfTwo
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = count - TLanes.Count;
        if (last < 0) return;
        var aside = stackalloc Real[2 * TLanes.Count];
        TLanes.Store(TLanes.Load(a + last), aside);
        TLanes.Store(TLanes.Load(b + last), aside + TLanes.Count);
        for (nint i = 0, stop = last; ;)
        {
            for (; i < stop; i += TLanes.Count) TLanes.Store(f.Invoke(TLanes.Load(a + i), TLanes.Load(b + i)), destination + i);
            if (stop > last) return;
            (i, stop) = (last, last + 1);
            a = aside - last;
            b = a + TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Zip<TFunction, TLanes>(TFunction f, Real* a, Real* b, Real* c, Real* destination, int count)
        where TFunction : struct, IFunctionOfThree
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = count - TLanes.Count;
        if (last < 0) return;
        var aside = stackalloc Real[3 * TLanes.Count];
        TLanes.Store(TLanes.Load(a + last), aside);
        TLanes.Store(TLanes.Load(b + last), aside + TLanes.Count);
        TLanes.Store(TLanes.Load(c + last), aside + 2 * TLanes.Count);
        for (nint i = 0, stop = last; ;)
        {
            for (; i < stop; i += TLanes.Count)
                TLanes.Store(f.Invoke(TLanes.Load(a + i), TLanes.Load(b + i), TLanes.Load(c + i)), destination + i);
            if (stop > last) return;
            (i, stop) = (last, last + 1);
            a = aside - last;
            b = a + TLanes.Count;
            c = b + TLanes.Count;
        }
    }

    // For a state value that the rule does not have, the pointer is that of the first one, and nothing is written. The compiler evaluates
    // these conditions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<TRule, TLanes>(
        TRule rule, Real* parameters, Real* gradient, Real* first, Real* second, Real* third, int count)
        where TRule : struct, IUpdateRule
        where TLanes : struct, ILanes<TLanes>
    {
        nint last = count - TLanes.Count;
        if (last < 0) return;
        TLanes endParameter = TLanes.Load(parameters + last), endFirst = TLanes.Load(first + last), endSecond = TLanes.Load(second + last),
            endThird = TLanes.Load(third + last);
        rule.Invoke(ref endParameter, TLanes.Load(gradient + last), ref endFirst, ref endSecond, ref endThird);
        for (nint i = 0; i < last; i += TLanes.Count)
        {
            TLanes parameter = TLanes.Load(parameters + i), m = TLanes.Load(first + i);
            TLanes v = TRule.Memories > 1 ? TLanes.Load(second + i) : m, w = TRule.Memories > 2 ? TLanes.Load(third + i) : m;
            rule.Invoke(ref parameter, TLanes.Load(gradient + i), ref m, ref v, ref w);
            TLanes.Store(parameter, parameters + i);
            TLanes.Store(m, first + i);
            if (TRule.Memories > 1) TLanes.Store(v, second + i);
            if (TRule.Memories > 2) TLanes.Store(w, third + i);
        }
        TLanes.Store(endParameter, parameters + last);
        TLanes.Store(endFirst, first + last);
        if (TRule.Memories > 1) TLanes.Store(endSecond, second + last);
        if (TRule.Memories > 2) TLanes.Store(endThird, third + last);
    }

    private static void CheckLengths(int given, int expected)
    {
        if (given != expected) throw new ArgumentException($"A span has {given} values, but must have {expected}.");
    }
}
