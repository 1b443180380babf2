using System.Runtime.CompilerServices;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>Consecutive parameters of one layer that one thread differentiates and updates together.</summary>
/// <param name="Layer">Index of the layer in the network.</param>
/// <param name="First">Index of the first parameter in the layer.</param>
/// <param name="Offset">Index of the first parameter in the network.</param>
/// <param name="Length">Count of parameters.</param>
/// <param name="Groups">The learned parameters, in groups with the same treatment.</param>
internal sealed record ParameterShard(int Layer, int First, int Offset, int Length, ParameterShard.Group[] Groups)
{
    // Large parts need fewer and larger matrix products. But several threads need several parts each, because otherwise one would wait for
    // another.
    private const int MinLength = 8 * 1024, PartsPerThread = 2;

    /// <summary>All parts of a network.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="options">How parameters are treated.</param>
    /// <param name="threads">Threads that share the parts.</param>
    /// <param name="maxParametersOf">The maximum number of parameters of a part of a layer, if the layer allows it.</param>
    /// <param name="borders">Parameters of the network that a part begins with, if the layer allows it.</param>
    public static ParameterShard[] Of(
        Network network, TrainingOptions options, int threads, Func<int, int> maxParametersOf, ReadOnlySpan<int> borders)
    {
        var lengthPerPart = Math.Max(MinLength, network.ParameterCount / (PartsPerThread * threads));
        var usual = threads == 1 ? int.MaxValue : lengthPerPart;
        List<ParameterShard> parts = [];
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var layer = network.Layers[l];
            int count = layer.ParameterCount, offset = network.ParametersOf(l).Start.Value;
            if (count == 0) continue;
            var length = EqualLength(count, layer.PartLength, Math.Min(usual, maxParametersOf(l)));
            for (int first = 0, end; first < count; first = end)
            {
                end = Math.Min(first + length, count);
                foreach (var border in borders) end = CutAt(border - offset, first, end, layer.PartLength);
                parts.Add(new ParameterShard(l, first, offset + first, end - first, [.. GroupsOf(layer, offset, first, end, options)]));
            }
        }

        // Longest shards first, so that threads finish at about the same time.
        return [.. parts.OrderByDescending(part => part.Length)];
    }

    /// <summary>The parameters of this shard in a range; null if there are none.</summary>
    /// <param name="start">Index of the first parameter of the range in the network.</param>
    /// <param name="end">The end of the range (exclusive).</param>
    public ParameterShard? Within(int start, int end)
    {
        int from = Math.Max(Offset, start), to = Math.Min(Offset + Length, end);
        if (from >= to) return null;
        var groups = Groups.Select(group => group.Within(from, to)).Where(group => group.Length > 0);
        return new ParameterShard(Layer, First + from - Offset, from, to - from, [.. groups]);
    }

    /// <summary>This shard in parts.</summary>
    /// <param name="length">The length of all parts except the last one.</param>
    public IEnumerable<ParameterShard> InParts(int length)
    {
        for (var start = Offset; start < Offset + Length; start += length) yield return Within(start, start + length)!;
    }

    // The end of a part that does not cross a border. If the border is within a unit, this unit is a part of its own.
    private static int CutAt(int border, int first, int end, int partLength)
    {
        if (border <= first || border >= end) return end;
        var before = border / partLength * partLength;
        return before > first ? before : Math.Min(first + partLength, end);
    }

    // As few parts as possible, of nearly equal length, because a short part has the same overhead as a long one.
    private static int EqualLength(int count, int partLength, int usual)
    {
        int units = count / partLength, maxUnits = Math.Max(1, usual / partLength), parts = (units - 1) / maxUnits + 1;
        return partLength * ((units - 1) / parts + 1);
    }

    // Consecutive parameters with the same treatment become one group, because every call of an optimizer costs time. Statistics belong to
    // no group.
    private static IEnumerable<Group> GroupsOf(Layer layer, int offset, int first, int end, TrainingOptions options)
    {
        Treatment? current = null;
        int start = first, block = 0;
        foreach (var (_, length, role) in layer.Blocks)
        {
            int from = Math.Max(first, block), to = Math.Min(end, block + length);
            block += length;
            if (from >= to) continue;
            var treatment = role == ParameterRole.Statistic ? null : Treatment.Of(options, role);
            if (treatment != current)
            {
                if (current is not null) yield return Make(start, from, current);
                (current, start) = (treatment, from);
            }
        }
        if (current is not null) yield return Make(start, end, current);

        Group Make(int from, int to, Treatment treatment) => new(offset + from, to - from, treatment);
    }

    /// <summary>Learning rate and regularization of the parameters of one role.</summary>
    internal sealed record Treatment(double RateFactor, double L1, double L2, double Decay)
    {
        /// <summary>Null for parameters that are not updated.</summary>
        public static Treatment? Of(TrainingOptions options, ParameterRole role)
        {
            var group = options.ParameterGroups.Of(role);
            return group.LearningRate == 0 ? null : new Treatment(
                group.LearningRate, options.L1Regularization * group.Regularization, options.L2Regularization * group.Regularization,
                    (options.WeightDecay ?? options.Optimizer.DefaultWeightDecay) * group.Regularization);
        }
    }

    /// <summary>Consecutive parameters with the same treatment.</summary>
    internal sealed record Group(int Offset, int Length, Treatment Treatment)
    {
        /// <summary>The parameters of this group in a range.</summary>
        public Group Within(int start, int end)
        {
            var from = Math.Max(Offset, start);
            return new Group(from, Math.Min(Offset + Length, end) - from, Treatment);
        }

        /// <summary>Makes the optimizer's step, with weight decay.</summary>
        public void ApplyUpdate(OptimizerState optimizer, Span<Real> parameters, ReadOnlySpan<Real> gradient, in StepValues values) =>
            optimizer.UpdateSlice(
                Offset, parameters.Slice(Offset, Length), gradient.Slice(Offset, Length),
                values.LearningRate * Treatment.RateFactor, values.WeightDecayFactor * Treatment.Decay);

        /// <summary>Adds the derivatives of L1 and L2 to the gradient.</summary>
        public void AddPenalties(ReadOnlySpan<Real> parameters, Span<Real> gradient)
        {
            var derivatives = gradient.Slice(Offset, Length);
            if (!(Treatment.L1 > 0 || Treatment.L2 > 0)) return;
            var penalty = new PenaltyGradient((Real)Treatment.L1, (Real)Treatment.L2);
            Elementwise.Zip(penalty, derivatives, parameters.Slice(Offset, Length), derivatives);
        }

        /// <summary>λ₁·Σ|θ| + ½·λ₂·Σθ².</summary>
        public double Penalty(ReadOnlySpan<Real> parameters)
        {
            double absolute = 0, squares = 0;
            if (Treatment.L1 > 0 || Treatment.L2 > 0)
                foreach (double parameter in parameters.Slice(Offset, Length))
                    (absolute, squares) = (absolute + Math.Abs(parameter), squares + parameter * parameter);
            return Treatment.L1 * absolute + Treatment.L2 / 2 * squares;
        }

        /// <summary>Moves the average of the parameters towards the parameters.</summary>
        public void Average(ReadOnlySpan<Real> parameters, Span<Real> average, double share)
        {
            ReadOnlySpan<Real> some = parameters.Slice(Offset, Length);
            var means = average.Slice(Offset, Length);
            if (share == 1) some.CopyTo(means);
            else Elementwise.Zip(new Arithmetic.PartOfTheWay((Real)share), means, some, means);
        }
    }

    // g + λ₁·sign θ + λ₂·θ; the derivative of |θ| at 0 is defined as 0.
    private readonly struct PenaltyGradient(Real l1, Real l2) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes gradient, TLanes parameter) where TLanes : struct, ILanes<TLanes>
        {
            var zero = TLanes.Broadcast(0);
            var sign = TLanes.SelectLess(
                parameter, zero, TLanes.Broadcast(-l1), TLanes.SelectLess(zero, parameter, TLanes.Broadcast(l1), zero));
            return TLanes.MultiplyAdd(TLanes.Broadcast(l2), parameter, gradient + sign);
        }
    }
}
