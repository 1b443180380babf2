using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Layers;

/// <summary>Waves of learned frequencies in place of each of the first numbers that enter; the others pass, and stand last.</summary>
/// <remarks>
/// Parameters: for every number its frequencies, normal with a small deviation at first; with phases, these after them, uniform in [−π, π). Gorishniy,
/// Rubachev and Babenko (2022), "On embeddings for numerical features in tabular deep learning", arXiv:2203.05556 (PLR: cosine and sine); Holzmüller,
/// Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491 (PBLD: cosine with phase). A <see cref="FeaturewiseDense"/> follows in both.
/// </remarks>
public sealed record PeriodicFeatures : Layer
{
    private readonly int _groupWidth;

    /// <summary>Makes waves.</summary>
    /// <param name="inputs">Numbers per example that enter; at least 1.</param>
    /// <param name="features">How many of them, from the first on, become waves; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="frequencies">Waves for each; at least 1.</param>
    /// <param name="standardDeviation">Of the frequencies at first, which are cut off beyond three of it; &gt; 0 and finite. The most delicate of all numbers here: 0.01 to 1.</param>
    /// <param name="form">Which waves.</param>
    public PeriodicFeatures(int inputs, int features, int frequencies, double standardDeviation, PeriodicForm form)
        : base(inputs, FeatureGroups.Outputs(inputs, features, GroupWidthOf(frequencies, form)))
    {
        if (!(standardDeviation > 0) || !double.IsFinite(standardDeviation)) throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "must be > 0 and finite");
        (Features, Frequencies, StandardDeviation, Form) = (features, frequencies, standardDeviation, form);
        _groupWidth = GroupWidthOf(frequencies, form);
        if ((long)features * PartLength > Array.MaxLength) throw new ArgumentOutOfRangeException(nameof(frequencies), frequencies, $"with {features} features, there would be more than {Array.MaxLength} parameters");
    }

    /// <summary>How many of the numbers that enter become waves.</summary>
    public int Features { get; }

    /// <summary>Waves for each.</summary>
    public int Frequencies { get; }

    /// <summary>Of the frequencies at first.</summary>
    public double StandardDeviation { get; }

    /// <summary>Which waves.</summary>
    public PeriodicForm Form { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Features * PartLength;

    /// <inheritdoc/>
    public override int PartLength => HasPhases ? 2 * Frequencies : Frequencies;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks => [new(HasPhases ? "frequencies and phases" : "frequencies", ParameterCount, ParameterRole.NumericEmbedding)];

    private bool HasPhases => Form == PeriodicForm.CosineWithPhase;

    /// <inheritdoc/>
    public override void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
        for (var j = 0; j < Features; j++)
        {
            var ofFeature = parameters.Slice(j * PartLength, PartLength);
            for (var k = 0; k < Frequencies; k++)
            {
                double frequency;
                do frequency = random.NextNormal();
                while (Math.Abs(frequency) > 3);
                ofFeature[k] = (Real)(StandardDeviation * frequency);
            }
            foreach (ref var phase in ofFeature[Frequencies..]) phase = (Real)(Math.PI * (2 * random.NextUniform() - 1));
        }
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            ReadOnlySpan<Real> from = x.Row(row);
            var to = y.Row(row);
            for (var j = 0; j < Features; j++)
            {
                ReadOnlySpan<Real> frequencies = parameters.Slice(j * PartLength, Frequencies), phases = PhasesOf(parameters, j);
                var group = to.Slice(j * _groupWidth, _groupWidth);
                if (HasPhases)
                {
                    group[0] = from[j];
                    Elementwise.Zip(new Cosine(from[j]), frequencies, phases, group[1..]);
                }
                else
                {
                    Elementwise.Map(new Cosine(from[j]), frequencies, group[..Frequencies]);
                    Elementwise.Map(new Sine(from[j]), frequencies, group[Frequencies..]);
                }
            }
            from[Features..].CopyTo(to[(Features * _groupWidth)..]);
        }
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        var byAngle = Scratch.OfAtLeast(Frequencies).AsSpan(0, Frequencies);
        for (var row = 0; row < dx.Rows; row++)
        {
            ReadOnlySpan<Real> given = dy.Row(row);
            var to = dx.Row(row);
            for (var j = 0; j < Features; j++)
            {
                var group = given.Slice(j * _groupWidth, _groupWidth);
                DifferentiateByAngle(parameters, j, x.Row(row)[j], group, byAngle);
                Real sum = 0;
                for (var k = 0; k < Frequencies; k++) sum = Fused.MultiplyAdd(byAngle[k], parameters[j * PartLength + k], sum);
                to[j] = Turn * sum + (HasPhases ? group[0] : 0);
            }
            given[(Features * _groupWidth)..].CopyTo(to[Features..]);
        }
        if (!dParameters.IsEmpty) BackwardPart(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public override void BackwardPart(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart)
    {
        var byAngle = Scratch.OfAtLeast(Frequencies).AsSpan(0, Frequencies);
        dPart.Clear();
        for (var start = 0; start < dPart.Length; start += PartLength)
        {
            var j = (first + start) / PartLength;
            Span<Real> ofFrequencies = dPart.Slice(start, Frequencies), ofPhases = HasPhases ? dPart.Slice(start + Frequencies, Frequencies) : [];
            for (var row = 0; row < x.Rows; row++)
            {
                var value = x.Row(row)[j];
                DifferentiateByAngle(parameters, j, value, dy.Row(row).Slice(j * _groupWidth, _groupWidth), byAngle);
                Elementwise.Zip(new AddMultiple(Turn * value), byAngle, ofFrequencies, ofFrequencies);
                if (HasPhases) Elementwise.Zip(new Sum(), byAngle, ofPhases, ofPhases);
            }
        }
    }

    private const Real Turn = (Real)(2 * Math.PI);

    private static int GroupWidthOf(int frequencies, PeriodicForm form)
    {
        if (!Enum.IsDefined(form)) throw new ArgumentOutOfRangeException(nameof(form), form, "is not known");
        if (frequencies is < 1 or > int.MaxValue / 4) throw new ArgumentOutOfRangeException(nameof(frequencies), frequencies, "must be at least 1");
        return form == PeriodicForm.CosineWithPhase ? 1 + frequencies : 2 * frequencies;
    }

    private ReadOnlySpan<Real> PhasesOf(ReadOnlySpan<Real> parameters, int feature) => HasPhases ? parameters.Slice(feature * PartLength + Frequencies, Frequencies) : [];

    // ∂J/∂(angle in radians) of every wave of one number.
    private void DifferentiateByAngle(ReadOnlySpan<Real> parameters, int feature, Real x, ReadOnlySpan<Real> dGroup, Span<Real> byAngle)
    {
        var frequencies = parameters.Slice(feature * PartLength, Frequencies);
        if (HasPhases) Elementwise.Zip(new SlopeOfCosine(x), frequencies, PhasesOf(parameters, feature), dGroup[1..], byAngle);
        else Elementwise.Zip(new SlopeOfBoth(x), frequencies, dGroup[..Frequencies], dGroup[Frequencies..], byAngle);
    }

    private readonly struct Cosine(Real x) : IFunction, IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes frequency) where TLanes : struct, ILanes<TLanes> => Wave.Cosine(frequency * TLanes.Broadcast(x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes frequency, TLanes phase) where TLanes : struct, ILanes<TLanes> => Wave.Cosine(Turns(frequency, x, phase));
    }

    private readonly struct Sine(Real x) : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes frequency) where TLanes : struct, ILanes<TLanes> => Wave.Sine(frequency * TLanes.Broadcast(x));
    }

    private readonly struct SlopeOfCosine(Real x) : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes frequency, TLanes phase, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(0) - dy * Wave.Sine(Turns(frequency, x, phase));
    }

    private readonly struct SlopeOfBoth(Real x) : IFunctionOfThree
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes frequency, TLanes dCosine, TLanes dSine) where TLanes : struct, ILanes<TLanes>
        {
            var u = frequency * TLanes.Broadcast(x);
            return dSine * Wave.Cosine(u) - dCosine * Wave.Sine(u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Turns<TLanes>(TLanes frequency, Real x, TLanes phase) where TLanes : struct, ILanes<TLanes> =>
        TLanes.MultiplyAdd(frequency, TLanes.Broadcast(x), phase * Number<TLanes>(0.5 / Math.PI));
}
