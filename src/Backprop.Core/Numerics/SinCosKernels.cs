using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Fused kernels for one feature x of every row: its K periodic features aₖ·cos(2π·fₖ·x + pₖ), and a small dense
/// layer after them. Neither the periodic features nor their gradients are written to memory.</summary>
/// <remarks>
/// Lanes hold rows where every row has a result of its own. Lanes hold periodic features where the sum is over all rows.
/// Either way each sum is one chain, in the order of the separate products (<see cref="RowWise"/>,
/// <see cref="MatrixMultiply"/>), and has the same bits.
/// </remarks>
internal static unsafe class SinCosKernels
{
    /// <summary>The parameters of one feature, in the order of its layers.</summary>
    internal readonly ref struct Feature
    {
        /// <param name="angles">[2 × K]: K frequencies f, then K phases p.</param>
        /// <param name="amplitudes">[K]: a.</param>
        /// <param name="dense">[(K + 1) × results]: W [K × results] row-major, then b.</param>
        public Feature(ReadOnlySpan<Real> angles, ReadOnlySpan<Real> amplitudes, ReadOnlySpan<Real> dense)
        {
            PeriodicFeatures = amplitudes.Length;
            (Results, var rest) = Math.DivRem(dense.Length, PeriodicFeatures + 1);
            if (angles.Length != 2 * PeriodicFeatures || rest != 0)
                throw new ArgumentException(
                    $"{angles.Length} frequencies and phases do not fit {PeriodicFeatures} amplitudes " +
                    $"and {dense.Length} weights and biases.");
            Angles = angles;
            Amplitudes = amplitudes;
            Dense = dense;
        }

        /// <summary>K: the number of periodic features.</summary>
        public int PeriodicFeatures { get; }

        public int Results { get; }

        public ReadOnlySpan<Real> Angles { get; }

        public ReadOnlySpan<Real> Amplitudes { get; }

        public ReadOnlySpan<Real> Dense { get; }
    }

    /// <summary>y = [x, c·W + b], where c [K] are the periodic features.</summary>
    /// <param name="feature">Its parameters.</param>
    /// <param name="x">[rows × 1], at least one row.</param>
    /// <param name="y">[rows × 1 + results], overwritten.</param>
    public static void Forward(in Feature feature, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        Check(feature, x, y.Rows, y.Columns - 1);
        fixed (
            Real* angles = feature.Angles, amplitudes = feature.Amplitudes, dense = feature.Dense, px = x.Values, py = y.Values,
            room = Room(feature, x.Rows))
            VectorWidth.Run(
                new ForwardWork(
                    new Pointers(angles, amplitudes, dense, feature.PeriodicFeatures, feature.Results), px, x.Stride, py, y.Stride,
                    x.Rows, room),
                x.Rows);
    }

    /// <summary>dx = dy₀ + 2π·Σₖ aₖ·fₖ·∂J/∂angleₖ, where dy₀ is that of x itself.</summary>
    /// <param name="feature">Its parameters.</param>
    /// <param name="x">[rows × 1], at least one row.</param>
    /// <param name="dy">[rows × 1 + results]</param>
    /// <param name="dx">[rows × 1], overwritten.</param>
    public static void Backward(in Feature feature, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        Check(feature, x, dy.Rows, dy.Columns - 1);
        if (dx.Rows != x.Rows || dx.Columns != 1)
            throw new ArgumentException($"The gradients of {x.Rows} values do not fit into {dx.Rows} × {dx.Columns}.", nameof(dx));
        fixed (
            Real* angles = feature.Angles, amplitudes = feature.Amplitudes, dense = feature.Dense, px = x.Values, pdy = dy.Values,
            pdx = dx.Values, room = Room(feature, x.Rows))
            VectorWidth.Run(
                new BackwardWork(
                    new Pointers(angles, amplitudes, dense, feature.PeriodicFeatures, feature.Results), px, x.Stride, pdy, dy.Stride,
                    pdx, dx.Stride, x.Rows, room),
                x.Rows);
    }

    /// <summary>Σ x·∂J/∂angle and Σ ∂J/∂angle over all rows, for amplitudes of 1. The gradients of frequencies and phases
    /// are multiples of these sums.</summary>
    /// <param name="feature">Its parameters.</param>
    /// <param name="x">[rows × 1]</param>
    /// <param name="dy">[rows × results]</param>
    /// <param name="sums">[K], and [K] once more; overwritten.</param>
    public static void SumByAngle(in Feature feature, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, Span<Real> sums)
    {
        Check(feature, x, dy.Rows, dy.Columns);
        if (sums.Length != 2 * feature.PeriodicFeatures)
            throw new ArgumentException(
                $"Two sums of {feature.PeriodicFeatures} periodic features do not fit into {sums.Length}.", nameof(sums));
        fixed (
            Real* angles = feature.Angles, amplitudes = feature.Amplitudes, dense = feature.Dense, px = x.Values, pdy = dy.Values,
            ps = sums, room = Scratch.OfAtLeast(feature.PeriodicFeatures * feature.Results))
            VectorWidth.Run(
                new AngleWork(
                    new Pointers(angles, amplitudes, dense, feature.PeriodicFeatures, feature.Results), px, x.Stride, pdy, dy.Stride,
                    ps, x.Rows, room),
                feature.PeriodicFeatures);
    }

    /// <summary>dW = cᵀ·dy, where c [rows × K] are the periodic features.</summary>
    /// <param name="feature">Its parameters.</param>
    /// <param name="x">[rows × 1]</param>
    /// <param name="dy">[rows × results]</param>
    /// <param name="dWeights">[K × results], overwritten.</param>
    public static void DifferentiateWeights(in Feature feature, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, Span<Real> dWeights)
    {
        Check(feature, x, dy.Rows, dy.Columns);
        if (dWeights.Length != feature.PeriodicFeatures * feature.Results)
            throw new ArgumentException(
                $"The gradient of {feature.PeriodicFeatures * feature.Results} weights does not fit into {dWeights.Length}.",
                nameof(dWeights));
        fixed (
            Real* angles = feature.Angles, amplitudes = feature.Amplitudes, dense = feature.Dense, px = x.Values, pdy = dy.Values,
            pdw = dWeights)
            VectorWidth.Run(
                new WeightWork(
                    new Pointers(angles, amplitudes, dense, feature.PeriodicFeatures, feature.Results), px, x.Stride, pdy, dy.Stride,
                    pdw, x.Rows),
                feature.PeriodicFeatures);
    }

    private static Real[] Room(in Feature feature, int rows) =>
        Scratch.OfAtLeast(checked((2 + feature.Results) * (rows + VectorWidth.Widest)));

    // The kernels use pointers without bounds checks. After this check, every index is in range.
    private static void Check(in Feature feature, ReadOnlyMatrixColumns x, int rows, int results)
    {
        if (x.Columns != 1 || x.Rows != rows || results != feature.Results)
            throw new ArgumentException(
                $"{x.Rows} × {x.Columns} values do not fit {rows} rows of {results} results; every row has one value and " +
                    $"{feature.Results} results.");
    }

    private readonly struct Pointers(Real* angles, Real* amplitudes, Real* dense, int periodicFeatures, int results)
    {
        public readonly Real* Frequencies = angles, Phases = angles + periodicFeatures, Amplitudes = amplitudes, Weights = dense,
            Biases = dense + (nint)periodicFeatures * results;
        public readonly int PeriodicFeatures = periodicFeatures, Results = results;
    }

    private readonly struct ForwardWork(Pointers feature, Real* x, nint xRow, Real* y, nint yRow, int rows, Real* room) : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Run<TLanes>(feature, x, xRow, y, yRow, rows, room);

        // Up to four results at a time, so that they stay in registers; if fewer are left, some are computed twice.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run<TLanes>(in Pointers feature, Real* x, nint xRow, Real* y, nint yRow, int rows, Real* room)
            where TLanes : struct, ILanes<TLanes>
        {
            nint count = feature.Results, width = Padded<TLanes>(rows);
            Real* numbers = room, results = room + width;
            Gather(x, xRow, rows, width, numbers);
            for (nint first = 0; first < count; first += 4)
            {
                nint left = count - 1 - first, second = Math.Min(1, left), third = Math.Min(2, left), fourth = Math.Min(3, left);
                var biases = feature.Biases + first;
                for (nint i = 0; i < width; i += TLanes.Count)
                {
                    TLanes y0 = TLanes.Broadcast(*biases), y1 = TLanes.Broadcast(biases[second]), y2 = TLanes.Broadcast(biases[third]),
                        y3 = TLanes.Broadcast(biases[fourth]);
                    var number = TLanes.Load(numbers + i);
                    var weights = feature.Weights + first;
                    for (nint k = 0; k < feature.PeriodicFeatures; k++, weights += count)
                    {
                        var periodic = TLanes.Broadcast(feature.Amplitudes[k]) * SinCos.Cosine(
                            TLanes.MultiplyAdd(
                                TLanes.Broadcast(feature.Frequencies[k]), number, SinCos.ToPhase(TLanes.Broadcast(feature.Phases[k]))));
                        y0 = TLanes.MultiplyAdd(TLanes.Broadcast(*weights), periodic, y0);
                        y1 = TLanes.MultiplyAdd(TLanes.Broadcast(weights[second]), periodic, y1);
                        y2 = TLanes.MultiplyAdd(TLanes.Broadcast(weights[third]), periodic, y2);
                        y3 = TLanes.MultiplyAdd(TLanes.Broadcast(weights[fourth]), periodic, y3);
                    }
                    var result = results + first * width + i;
                    TLanes.Store(y0, result);
                    TLanes.Store(y1, result + second * width);
                    TLanes.Store(y2, result + third * width);
                    TLanes.Store(y3, result + fourth * width);
                }
            }

            for (nint row = 0; row < rows; row++, y += yRow)
            {
                y[0] = numbers[row];
                var result = results + row;
                for (nint o = 1; o <= count; o++, result += width) y[o] = *result;
            }
        }
    }

    private readonly struct BackwardWork(
        Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* dx, nint dxRow, int rows, Real* room)
        : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Run<TLanes>(feature, x, xRow, dy, dyRow, dx, dxRow, rows, room);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run<TLanes>(
            in Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* dx, nint dxRow, int rows, Real* room)
            where TLanes : struct, ILanes<TLanes>
        {
            nint count = feature.Results, width = Padded<TLanes>(rows);
            Real* numbers = room, sums = room + width, gradients = room + 2 * width;
            Gather(x, xRow, rows, width, numbers);
            for (nint o = 0; o < count; o++) Gather(dy + 1 + o, dyRow, rows, width, gradients + o * width);
            new Span<Real>(sums, (int)width).Clear();

            for (nint k = 0; k < feature.PeriodicFeatures; k++)
            {
                TLanes frequency = TLanes.Broadcast(feature.Frequencies[k]), shift = SinCos.ToPhase(TLanes.Broadcast(feature.Phases[k])),
                    factor = TLanes.Broadcast(feature.Amplitudes[k]) * frequency;
                var weights = feature.Weights + k * count;
                for (nint i = 0; i < width; i += TLanes.Count)
                {
                    var ofPeriodic = TLanes.Broadcast(0);
                    var gradient = gradients + i;
                    for (nint o = 0; o < count; o++, gradient += width)
                        ofPeriodic = TLanes.MultiplyAdd(TLanes.Load(gradient), TLanes.Broadcast(weights[o]), ofPeriodic);
                    var ofAngle = TLanes.Broadcast(0) - ofPeriodic * SinCos.Sine(
                        TLanes.MultiplyAdd(frequency, TLanes.Load(numbers + i), shift));
                    TLanes.Store(TLanes.MultiplyAdd(ofAngle, factor, TLanes.Load(sums + i)), sums + i);
                }
            }

            for (nint row = 0; row < rows; row++) dx[row * dxRow] = SinCos.Turn * sums[row] + dy[row * dyRow];
        }
    }

    private readonly struct AngleWork(Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* sums, int rows, Real* room)
        : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Run<TLanes>(feature, x, xRow, dy, dyRow, sums, rows, room);

        // The last vector of periodic features may overlap the one before; it computes the same bits there.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run<TLanes>(
            in Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* sums, int rows, Real* transposed)
            where TLanes : struct, ILanes<TLanes>
        {
            nint count = feature.Results, periodicFeatures = feature.PeriodicFeatures, last = periodicFeatures - TLanes.Count;
            for (nint k = 0; k < periodicFeatures; k++)
                for (nint o = 0; o < count; o++) transposed[o * periodicFeatures + k] = feature.Weights[k * count + o];

            for (nint k = 0; ; k = Math.Min(k + TLanes.Count, last))
            {
                TLanes frequency = TLanes.Load(feature.Frequencies + k), shift = SinCos.ToPhase(TLanes.Load(feature.Phases + k));
                TLanes byFrequency = TLanes.Broadcast(0), byPhase = byFrequency;
                Real* number = x, gradients = dy;
                for (nint row = 0; row < rows; row++, number += xRow, gradients += dyRow)
                {
                    TLanes ofPeriodic = TLanes.Broadcast(0), xs = TLanes.Broadcast(*number);
                    var weights = transposed + k;
                    for (nint o = 0; o < count; o++, weights += periodicFeatures)
                        ofPeriodic = TLanes.MultiplyAdd(TLanes.Broadcast(gradients[o]), TLanes.Load(weights), ofPeriodic);
                    var ofAngle = TLanes.Broadcast(0) - ofPeriodic * SinCos.Sine(TLanes.MultiplyAdd(frequency, xs, shift));
                    byFrequency = TLanes.MultiplyAdd(xs, ofAngle, byFrequency);
                    byPhase += ofAngle;
                }
                TLanes.Store(byFrequency, sums + k);
                TLanes.Store(byPhase, sums + periodicFeatures + k);
                if (k == last) return;
            }
        }
    }

    private readonly struct WeightWork(Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* gradient, int rows) : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> => Run<TLanes>(feature, x, xRow, dy, dyRow, gradient, rows);

        // Up to four results at a time, so that their sums stay in registers.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Run<TLanes>(in Pointers feature, Real* x, nint xRow, Real* dy, nint dyRow, Real* gradient, int rows)
            where TLanes : struct, ILanes<TLanes>
        {
            nint count = feature.Results, last = feature.PeriodicFeatures - TLanes.Count;
            var aside = stackalloc Real[4 * TLanes.Count];
            for (nint k = 0; ; k = Math.Min(k + TLanes.Count, last))
            {
                TLanes frequency = TLanes.Load(feature.Frequencies + k), shift = SinCos.ToPhase(TLanes.Load(feature.Phases + k)),
                    amplitude = TLanes.Load(feature.Amplitudes + k);
                for (nint first = 0; first < count; first += 4)
                {
                    nint left = count - 1 - first, second = Math.Min(1, left), third = Math.Min(2, left), fourth = Math.Min(3, left);
                    TLanes sum0 = TLanes.Broadcast(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                    Real* number = x, gradients = dy + first;
                    for (nint row = 0; row < rows; row++, number += xRow, gradients += dyRow)
                    {
                        var periodic = amplitude * SinCos.Cosine(TLanes.MultiplyAdd(frequency, TLanes.Broadcast(*number), shift));
                        sum0 = TLanes.MultiplyAdd(TLanes.Broadcast(*gradients), periodic, sum0);
                        sum1 = TLanes.MultiplyAdd(TLanes.Broadcast(gradients[second]), periodic, sum1);
                        sum2 = TLanes.MultiplyAdd(TLanes.Broadcast(gradients[third]), periodic, sum2);
                        sum3 = TLanes.MultiplyAdd(TLanes.Broadcast(gradients[fourth]), periodic, sum3);
                    }
                    TLanes.Store(sum0, aside);
                    TLanes.Store(sum1, aside + second * TLanes.Count);
                    TLanes.Store(sum2, aside + third * TLanes.Count);
                    TLanes.Store(sum3, aside + fourth * TLanes.Count);
                    for (nint o = 0; o <= fourth; o++)
                        for (nint lane = 0; lane < TLanes.Count; lane++)
                            gradient[(k + lane) * count + first + o] = aside[o * TLanes.Count + lane];
                }
                if (k == last) return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Padded<TLanes>(int rows) where TLanes : struct, ILanes<TLanes> =>
        (rows + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    // One column; the unused lanes of its last vector are 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Real* from, nint fromRow, int rows, nint width, Real* to)
    {
        for (nint row = 0; row < rows; row++, from += fromRow) to[row] = *from;
        for (nint row = rows; row < width; row++) to[row] = 0;
    }
}
