using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A dense layer that is monotone in some inputs: y = x·E + b. The effective weights E of these inputs are c·t·|W|, with t = 1 for
/// increasing and −1 for decreasing inputs. Parameters, group after group: W [GroupInputs × GroupOutputs] row-major, then b
/// [GroupOutputs].</summary>
/// <remarks>
/// <para>The first <see cref="FreeOutputs"/> outputs of a group do not depend on the constrained inputs: those weights in E are 0. The
/// other outputs are monotone in each of them. Weights of free inputs have any sign, because free outputs depend on no constrained input.
/// So free units are a network of their own, and monotone units read it in each layer.</para>
/// <para>Runje and Shankaranarayana (2023), "Constrained monotonic neural networks", ICML, arXiv:2205.11775. There, all later layers have
/// |W|; free units are added here. At the start, free and constrained inputs have equal shares of the variance of a monotone unit, and
/// the variance is that of a dense layer. Constrained inputs count as fully correlated. This is done by c in the neural tangent
/// parametrization, otherwise by the size of W.</para>
/// </remarks>
public sealed record MonotoneDense : AffineLayer, IHasMonotoneOutputs, ISparseInput, ISupportsEnsembles, IReplicable, IDividesMembers,
    IScoringRewrite, IArrayConversion
{
    private readonly int[] _increasing, _decreasing;
    private readonly AffineLayer _plain;
    private readonly Real _freeFactor, _mixedFactor, _monotoneFactor; // of E: free to free, free to monotone, constrained to monotone
    private readonly Real _freeStart, _mixedStart, _monotoneStart; // of W at the start

    /// <summary>Makes a layer, or several in parallel for the members of an ensemble.</summary>
    /// <param name="inputs">Inputs of all groups, per example; a multiple of <paramref name="groups"/>.</param>
    /// <param name="outputs">Units of all groups; a multiple of <paramref name="groups"/>.</param>
    /// <param name="increasing">Inputs of a group in which the monotone outputs increase, in ascending order.</param>
    /// <param name="decreasing">Inputs of a group in which they decrease, in ascending order. No input is in both lists.</param>
    /// <param name="freeOutputs">Outputs of a group that depend on no constrained input; they come first. At least 0; 0 if all inputs are
    /// constrained.</param>
    /// <param name="groups">Number of groups; at least 1.</param>
    /// <param name="ntkParametrization">Whether weights are of size 1 whatever the width, as in <see cref="NtkDense"/>.</param>
    /// <exception cref="ArgumentException">A number is out of range, an input is in both lists, or the layer would have more parameters
    /// than one array can hold.</exception>
    public MonotoneDense(
        int inputs, int outputs, IReadOnlyList<int> increasing, IReadOnlyList<int> decreasing, int freeOutputs, int groups,
        bool ntkParametrization) : base(inputs, outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        _plain = groups == 1 ? new Dense(inputs, outputs) : new GroupedDense(inputs, outputs, groups, ntkParametrization: false);
        (Groups, FreeOutputs, NtkParametrization) = (groups, freeOutputs, ntkParametrization);
        FeatureSlots.CheckRising(increasing, GroupInputs, nameof(increasing));
        FeatureSlots.CheckRising(decreasing, GroupInputs, nameof(decreasing));
        (_increasing, _decreasing) = ([.. increasing], [.. decreasing]);
        foreach (var input in _decreasing.Intersect(_increasing))
            throw new ArgumentException(
                $"Input {input} is both increasing and decreasing. It can have one direction.", nameof(decreasing));
        int constrained = _increasing.Length + _decreasing.Length, free = GroupInputs - constrained;
        var maxFree = free == 0 ? 0 : GroupOutputs;
        if (freeOutputs < 0 || freeOutputs > maxFree)
            throw new ArgumentOutOfRangeException(
                nameof(freeOutputs), freeOutputs, $"must be from 0 to {maxFree} with {free} free inputs and {GroupOutputs} outputs");

        // A sum of n fully correlated inputs with the weights |w| has the standard deviation n·√(2/π).
        var shares = free > 0 && constrained > 0 ? 2 : 1;
        var ofFree = free > 0 ? Math.Sqrt(1.0 / free) : 1;
        var ofMixed = free > 0 ? Math.Sqrt(1.0 / (shares * free)) : 1;
        var ofMonotone = constrained > 0 ? Math.Sqrt(Math.PI / (2 * shares)) / constrained : 1;
        var fanIn = Math.Sqrt(GroupInputs);
        (_freeFactor, _mixedFactor, _monotoneFactor) = Rounded(ntkParametrization ? (ofFree, ofMixed, ofMonotone) : (1, 1, 1));
        (_freeStart, _mixedStart, _monotoneStart) =
            Rounded(ntkParametrization ? (1, 1, 1) : (ofFree * fanIn, ofMixed * fanIn, ofMonotone * fanIn));
    }

    /// <summary>Inputs of a group in which the monotone outputs increase, in ascending order.</summary>
    public IReadOnlyList<int> Increasing => _increasing;

    /// <summary>Inputs of a group in which the monotone outputs decrease, in ascending order.</summary>
    public IReadOnlyList<int> Decreasing => _decreasing;

    /// <summary>Outputs of a group that depend on no constrained input; they come first.</summary>
    public int FreeOutputs { get; }

    /// <inheritdoc/>
    public override int Groups { get; }

    /// <summary>Whether weights are of size 1 whatever the width.</summary>
    public bool NtkParametrization { get; }

    /// <summary>The largest of the factors c between parameters and effective weights.</summary>
    public override double WeightFactor => Math.Max(Math.Max(_freeFactor, _mixedFactor), _monotoneFactor);

    /// <inheritdoc/>
    public override int ParameterCount => _plain.ParameterCount;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => _plain.Blocks;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override int PartLength => _plain.PartLength;

    bool ISparseInput.ReadsSparse => Groups == 1;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => Groups % members == 0;

    Layer IReplicable.Replicated(int members) => new MonotoneDense(
        Replicate.Times(Inputs, members), Replicate.Times(Outputs, members), _increasing, _decreasing, FreeOutputs, Groups * members,
        NtkParametrization);

    Layer IDividesMembers.ForMembers(int members, int count) => new MonotoneDense(
        Inputs / members * count, Outputs / members * count, _increasing, _decreasing, FreeOutputs, Groups / members * count,
        NtkParametrization);

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        _plain.Initialize(parameters, initializer, random);
        for (var group = 0; group < Groups; group++)
        {
            var weights = parameters[WeightsOf(group)];
            for (var i = 0; i < GroupInputs; i++)
            {
                var (free, monotone) = Split(weights, i);
                var isFree = Directions[i] == 0;
                if (isFree) Scale(free, _freeStart);
                else free.Clear();
                Scale(monotone, isFree ? _mixedStart : _monotoneStart);
            }
        }
    }

    /// <summary>E [GroupInputs × GroupOutputs] row-major: the matrix that x is multiplied by.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="group">The index of the group.</param>
    public override Real[] EffectiveWeights(ReadOnlySpan<Real> parameters, int group = 0)
    {
        var weights = new Real[WeightCount];
        WriteEffective(parameters[WeightsOf(group)], weights);
        return weights;
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        using var effective = new Effective(this, parameters);
        _plain.Forward(effective.Parameters, x, y);
    }

    /// <summary>Every E, panel by panel.</summary>
    public override Real[] Pack(ReadOnlySpan<Real> parameters) => _plain.Pack(EffectiveParameters(parameters));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y)
    {
        using var effective = new Effective(this, parameters);
        _plain.Forward(effective.Parameters, packed, x, y);
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty)
        {
            using var effective = new Effective(this, parameters);
            _plain.Backward(effective.Parameters, x, y, dy, dx, []);
        }
        if (!dParameters.IsEmpty) BackwardPart(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public override void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        _plain.BackwardPart(parameters, x, y, dy, first, dPart);
        MultiplyDerivatives(parameters, first, dPart);
    }

    void ISparseInput.Forward(ReadOnlySpan<Real> parameters, SparseBatch x, int first, Matrix y)
    {
        using var effective = new Effective(this, parameters);
        ((ISparseInput)_plain).Forward(effective.Parameters, x, first, y);
    }

    void ISparseInput.BackwardPart(
        ReadOnlySpan<Real> parameters, SparseBatch x, int firstRow, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        ((ISparseInput)_plain).BackwardPart(parameters, x, firstRow, dy, first, dPart);
        MultiplyDerivatives(parameters, first, dPart);
    }

    (Layer Layer, Real[] Parameters)? IScoringRewrite.Simplified(Real[] parameters) => (_plain, EffectiveParameters(parameters));

    void IArrayConversion.ToElements(ReadOnlySpan<Real> parameters, Span<float> elements)
    {
        var effective = new Real[WeightCount];
        WriteEffective(parameters, effective);
        for (var i = 0; i < effective.Length; i++) elements[i] = (float)effective[i];
    }

    void IArrayConversion.ToParameters(ReadOnlySpan<float> elements, Span<Real> parameters)
    {
        for (var i = 0; i < elements.Length; i++)
        {
            var (input, output) = Math.DivRem(i, GroupOutputs);
            var (direction, isFree) = (Directions[input], output < FreeOutputs);
            if (direction != 0 && (isFree ? elements[i] != 0 : direction * elements[i] < 0))
                throw new ArgumentException(
                    $"The weight of input {input} and output {output} is {elements[i]}, but the layer is monotone in this input, so the "
                    + $"weight must be {AllowedWeights(direction, isFree)}. Correct the weight, or use a network without constraints.");
            parameters[i] = elements[i] / FactorOf(direction, isFree);
        }
    }

    /// <summary>Whether the other layer has the same widths and constraints.</summary>
    public bool Equals(MonotoneDense? other) =>
        other is not null && Inputs == other.Inputs && Outputs == other.Outputs && Groups == other.Groups
        && FreeOutputs == other.FreeOutputs && NtkParametrization == other.NtkParametrization
        && _increasing.AsSpan().SequenceEqual(other._increasing)
        && _decreasing.AsSpan().SequenceEqual(other._decreasing);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        _increasing.Concat(_decreasing)
            .Aggregate(HashCode.Combine(Inputs, Outputs, Groups, FreeOutputs, NtkParametrization), HashCode.Combine);

    /// <summary>The widths and the constraints. A checkpoint compares this text.</summary>
    public override string ToString() =>
        $"{Caption}, increasing [{string.Join(", ", _increasing)}], decreasing [{string.Join(", ", _decreasing)}], {FreeOutputs} free, "
        + $"{Groups} groups{(NtkParametrization ? ", NtkParametrization" : "")}";

    /// <inheritdoc/>
    private protected override InferenceOperation Operation(string x, string name, ReadOnlyMemory<Real> parameters) =>
        new Affine([x], name, Outputs, Groups, Factor: 1, EffectiveParameters(parameters.Span));

    internal override AffineLayer WithoutFactor() => _plain;

    // Of each input of a group; 0 for free inputs. It is made on first use: a header of a file announces widths that the file may not have.
    private sbyte[] Directions => field ??= MakeDirections();

    private sbyte[] MakeDirections()
    {
        var directions = new sbyte[GroupInputs];
        foreach (var input in _increasing) directions[input] = 1;
        foreach (var input in _decreasing) directions[input] = -1;
        return directions;
    }

    private Real[] EffectiveParameters(ReadOnlySpan<Real> parameters)
    {
        var effective = new Real[ParameterCount];
        WriteAll(parameters, effective);
        return effective;
    }

    private void WriteAll(ReadOnlySpan<Real> parameters, Span<Real> effective)
    {
        for (var group = 0; group < Groups; group++)
        {
            WriteEffective(parameters[WeightsOf(group)], effective[WeightsOf(group)]);
            parameters[BiasesOf(group)].CopyTo(effective[BiasesOf(group)]);
        }
    }

    private void WriteEffective(ReadOnlySpan<Real> weights, Span<Real> effective)
    {
        for (var i = 0; i < GroupInputs; i++)
        {
            var from = weights.Slice(i * GroupOutputs, GroupOutputs);
            var (free, monotone) = Split(effective, i);
            if (Directions[i] == 0)
            {
                Elementwise.Map(new Arithmetic.Multiple(_freeFactor), from[..FreeOutputs], free);
                Elementwise.Map(new Arithmetic.Multiple(_mixedFactor), from[FreeOutputs..], monotone);
                continue;
            }
            free.Clear();
            Elementwise.Map(new MultipleOfMagnitude(Directions[i] * _monotoneFactor), from[FreeOutputs..], monotone);
        }
    }

    // ∂E/∂W: row by row, and the row after the last holds the biases of the group.
    private void MultiplyDerivatives(ReadOnlySpan<Real> parameters, int first, Span<Real> dPart)
    {
        for (var done = 0; done < dPart.Length; done += GroupOutputs)
        {
            var input = (first + done) / GroupOutputs % (GroupInputs + 1);
            if (input == GroupInputs) continue;
            var row = dPart.Slice(done, GroupOutputs);
            Span<Real> free = row[..FreeOutputs], monotone = row[FreeOutputs..];
            if (Directions[input] == 0)
            {
                Scale(free, _freeFactor);
                Scale(monotone, _mixedFactor);
                continue;
            }
            free.Clear();
            var weights = parameters.Slice(first + done + FreeOutputs, monotone.Length);
            Elementwise.Zip(new MultipleBySign(Directions[input] * _monotoneFactor), monotone, weights, monotone);
        }
    }

    private RowOfWeights Split(Span<Real> weights, int input)
    {
        var row = weights.Slice(input * GroupOutputs, GroupOutputs);
        return new RowOfWeights { Free = row[..FreeOutputs], Monotone = row[FreeOutputs..] };
    }

    // The factor of a weight; the weights of constrained inputs to free outputs have none, and are 0.
    private Real FactorOf(int direction, bool isFree)
    {
        if (direction != 0) return isFree ? 1 : direction * _monotoneFactor;
        return isFree ? _freeFactor : _mixedFactor;
    }

    private static string AllowedWeights(int direction, bool isFree)
    {
        if (isFree) return "0";
        return direction > 0 ? "at least 0" : "at most 0";
    }

    private static void Scale(Span<Real> values, Real factor)
    {
        if (factor != 1) Elementwise.Map(new Arithmetic.Multiple(factor), values, values);
    }

    private static (Real Free, Real Mixed, Real Monotone) Rounded((double Free, double Mixed, double Monotone) factors) =>
        ((Real)factors.Free, (Real)factors.Mixed, (Real)factors.Monotone);

    private readonly ref struct RowOfWeights
    {
        public required Span<Real> Free { get; init; }

        public required Span<Real> Monotone { get; init; }

        public void Deconstruct(out Span<Real> free, out Span<Real> monotone)
        {
            free = Free;
            monotone = Monotone;
        }
    }

    // The parameters of the plain layer, for one call.
    private readonly ref struct Effective : IDisposable
    {
        private readonly Real[] _numbers;

        public Effective(MonotoneDense layer, ReadOnlySpan<Real> parameters)
        {
            _numbers = Scratch.Rent(layer.ParameterCount);
            var effective = _numbers.AsSpan(0, layer.ParameterCount);
            layer.WriteAll(parameters, effective);
            Parameters = effective;
        }

        public ReadOnlySpan<Real> Parameters { get; }

        public void Dispose() => Scratch.Return(_numbers);
    }

    // f·|x|
    private readonly struct MultipleOfMagnitude(Real factor) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => TLanes.Broadcast(factor) * TLanes.Abs(x);
    }

    // f·g·(sign of w), with sign 1 for w = 0.
    private readonly struct MultipleBySign(Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes g, TLanes w) where TLanes : struct, ILanes<TLanes> =>
            g * TLanes.SelectLess(w, TLanes.Broadcast(0), TLanes.Broadcast(-factor), TLanes.Broadcast(factor));
    }
}
