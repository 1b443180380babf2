using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Numerics;
using static Backprop.Numerics.Arithmetic;

namespace Backprop.Layers;

/// <summary>Replaces each of the first inputs by periodic features (sin/cos) of learned frequencies. The other inputs are copied
/// unchanged to the end.</summary>
/// <remarks>
/// Parameters: for every embedded input its frequencies, initially normal with a small deviation. With phases, its phases follow, initially
/// uniform in [−π, π). Gorishniy, Rubachev and Babenko (2022), "On embeddings for numerical features in tabular deep learning",
/// arXiv:2203.05556 (PLR: cosine and sine). Holzmüller, Grinsztajn and Steinwart (2024), "Better by default", arXiv:2407.04491 (PBLD:
/// cosine with phase). A <see cref="FeaturewiseDense"/> follows in both. With a highest deviation, σₖ rises from the middle frequency to
/// the last by a constant factor. The amplitude falls as the frequency rises: aₖ = (σ/σₖ)ᵈ with the decay d. The network can then learn
/// fine detail, but fine detail has little weight before it is learned. ADR 0026 has the measured gain.
/// </remarks>
public sealed record PeriodicEmbeddingLayer : ColumnsLayer, IDescribesInference
{
    private readonly int _groupWidth;
    private readonly Lazy<Real[]> _amplitudes;

    /// <summary>Makes the layer.</summary>
    /// <param name="inputs">Inputs per example; at least 1.</param>
    /// <param name="features">How many inputs, from the first on, become periodic features; from 1 to <paramref name="inputs"/>.</param>
    /// <param name="frequencies">Frequencies per embedded input; at least 1.</param>
    /// <param name="standardDeviation">Initial standard deviation of the frequencies, which are truncated beyond three deviations; &gt; 0
    /// and finite. The most sensitive parameter here: 0.01 to 1.</param>
    /// <param name="form">The form of the periodic features.</param>
    /// <param name="highestStandardDeviation">Initial standard deviation of the last frequency; null if all frequencies have the same. At
    /// least <paramref name="standardDeviation"/> and finite; only for periodic features with phases.</param>
    /// <param name="amplitudeDecay">d: how fast the amplitude falls with the frequency; ≥ 0 and finite, 0 for a constant amplitude.</param>
    public PeriodicEmbeddingLayer(
        int inputs, int features, int frequencies, double standardDeviation, PeriodicForm form, double? highestStandardDeviation = null,
        double amplitudeDecay = 0.5)
        : base(inputs, FeatureGroups.Outputs(inputs, features, GroupWidthOf(frequencies, form)))
    {
        if (!(standardDeviation > 0) || !double.IsFinite(standardDeviation))
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "must be > 0 and finite");
        if (highestStandardDeviation is { } highest && !(highest >= standardDeviation && double.IsFinite(highest)))
            throw new ArgumentOutOfRangeException(
                nameof(highestStandardDeviation), highest,
                $"must be at least {nameof(standardDeviation)}, {standardDeviation}, and finite");
        if (!(amplitudeDecay >= 0) || !double.IsFinite(amplitudeDecay))
            throw new ArgumentOutOfRangeException(nameof(amplitudeDecay), amplitudeDecay, "must be ≥ 0 and finite");
        (
            Features, Frequencies, StandardDeviation, Form, HighestStandardDeviation,
            AmplitudeDecay) = (features, frequencies, standardDeviation, form, highestStandardDeviation, amplitudeDecay);
        _groupWidth = GroupWidthOf(frequencies, form);
        // Computed when needed, because a damaged file may name millions of frequencies.
        _amplitudes = new(
            () => [.. Enumerable.Range(0, frequencies).Select(k => (Real)Math.Pow(standardDeviation / DeviationOf(k), amplitudeDecay))]);
        if (highestStandardDeviation is not null && !HasPhases)
            throw new ArgumentOutOfRangeException(
                nameof(form), form, $"must be {PeriodicForm.CosineWithPhase} if {nameof(highestStandardDeviation)} is set");
        if ((long)features * PartLength > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(frequencies), frequencies, $"with {features} features, there would be more than {Array.MaxLength} parameters");
    }

    /// <summary>How many inputs become periodic features.</summary>
    public int Features { get; }

    /// <summary>Frequencies per embedded input.</summary>
    public int Frequencies { get; }

    /// <summary>Initial standard deviation of the frequencies.</summary>
    public double StandardDeviation { get; }

    /// <summary>The form of the periodic features.</summary>
    public PeriodicForm Form { get; }

    /// <summary>Initial standard deviation of the last frequency; null if all frequencies have the same.</summary>
    public double? HighestStandardDeviation { get; }

    /// <summary>How fast the amplitude falls with the frequency.</summary>
    public double AmplitudeDecay { get; }

    /// <inheritdoc/>
    public override int ParameterCount => Features * PartLength;

    /// <inheritdoc/>
    public override int PartLength => HasPhases ? 2 * Frequencies : Frequencies;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterBlock> Blocks =>
        [new(HasPhases ? "frequencies and phases" : "frequencies", ParameterCount, ParameterRole.NumericEmbedding)];

    internal Real[] Amplitudes => _amplitudes.Value;

    private bool HasPhases => Form == PeriodicForm.CosineWithPhase;

    // With phases, the value itself precedes its periodic features.
    private int Kept => HasPhases ? 1 : 0;

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
                ofFeature[k] = (Real)(DeviationOf(k) * frequency);
            }
            foreach (ref var phase in ofFeature[Frequencies..]) phase = (Real)(Math.PI * (2 * random.NextUniform() - 1));
        }
    }

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new PeriodicColumns([x], graph.NewName(), Outputs, Features, Form, Frequencies, parameters, Amplitudes));

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        var amplitudes = new RowWise.Columns(Amplitudes);
        for (var j = 0; j < Features; j++)
        {
            RowWise.Columns frequencies = new(FrequenciesOf(parameters, j)), phases = new(PhasesOf(parameters, j));
            var group = j * _groupWidth;
            if (HasPhases) RowWise.Spread(new CosineWithPhase(), x, j, frequencies, phases, amplitudes, y.Part(group + 1, Frequencies));
            else
            {
                RowWise.Spread(new Cosine(), x, j, frequencies, frequencies, frequencies, y.Part(group, Frequencies));
                RowWise.Spread(new Sine(), x, j, frequencies, frequencies, frequencies, y.Part(group + Frequencies, Frequencies));
            }
        }
        FeatureGroups.CopyPassing(x, 1, y, _groupWidth, Features, Kept);
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        var room = Scratch.Rent(x.Rows * (Frequencies + 1) + Frequencies);
        Matrix byAngle = new(room.AsSpan(0, x.Rows * Frequencies), x.Rows, Frequencies),
            sums = new(room.AsSpan(x.Rows * Frequencies, x.Rows), x.Rows, 1);
        var factors = room.AsSpan(x.Rows * (Frequencies + 1), Frequencies);
        FeatureGroups.CopyPassing(dy, _groupWidth, dx, 1, Features, Kept);
        for (var j = 0; j < Features; j++)
        {
            DifferentiateByAngle(parameters, j, x, dy, byAngle);
            Elementwise.Zip(new Product(), Amplitudes, FrequenciesOf(parameters, j), factors);
            MatrixMultiply.ProductWithTransposed(byAngle, new ReadOnlyMatrix(factors, 1, Frequencies), sums);
            for (var row = 0; row < x.Rows; row++)
            {
                ref var gradient = ref dx.Row(row)[j];
                gradient = SinCos.Turn * sums.Values[row] + (HasPhases ? gradient : 0);
            }
        }
        Scratch.Return(room);
    }

    /// <inheritdoc/>
    internal override void BackwardPartColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first,
        Span<Real> dPart)
    {
        var room = Scratch.Rent(x.Rows * Frequencies);
        var byAngle = new Matrix(room.AsSpan(0, x.Rows * Frequencies), x.Rows, Frequencies);
        for (var start = 0; start < dPart.Length; start += PartLength)
        {
            var j = (first + start) / PartLength;
            DifferentiateByAngle(parameters, j, x, dy, byAngle);
            var ofFeature = dPart.Slice(start, PartLength);
            MatrixMultiply.TransposedProduct(x.Part(j, 1), (ReadOnlyMatrix)byAngle, new Matrix(ofFeature[..Frequencies], 1, Frequencies));
            if (HasPhases) MatrixMultiply.SumOfRows(byAngle, ofFeature[Frequencies..]);
            ScaleGradient(ofFeature);
        }
        Scratch.Return(room);
    }

    /// <summary>Converts sums over the rows into the gradients of a feature's parameters. The sums are Σ x·∂J/∂angle for its frequencies
    /// and Σ ∂J/∂angle for its phases, computed with amplitude 1.</summary>
    internal void ScaleGradient(Span<Real> ofFeature)
    {
        var ofFrequencies = ofFeature[..Frequencies];
        Elementwise.Map(new Multiple(SinCos.Turn), ofFrequencies, ofFrequencies);
        Elementwise.Zip(new Product(), Amplitudes, ofFrequencies, ofFrequencies);
        if (!HasPhases) return;
        var ofPhases = ofFeature[Frequencies..];
        Elementwise.Zip(new Product(), Amplitudes, ofPhases, ofPhases);
    }

    /// <summary>Whether both compute the same periodic features of the same inputs.</summary>
    public bool Equals(PeriodicEmbeddingLayer? other) => other is not null && Inputs == other.Inputs
        && Features == other.Features && Frequencies == other.Frequencies && Form == other.Form
        && StandardDeviation == other.StandardDeviation && HighestStandardDeviation == other.HighestStandardDeviation
        && AmplitudeDecay == other.AmplitudeDecay;

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Inputs, Features, Frequencies, StandardDeviation, Form, HighestStandardDeviation, AmplitudeDecay);

    private static int GroupWidthOf(int frequencies, PeriodicForm form)
    {
        if (!Enum.IsDefined(form)) throw new ArgumentOutOfRangeException(nameof(form), form, "is not known");
        if (frequencies is < 1 or > int.MaxValue / 4)
            throw new ArgumentOutOfRangeException(nameof(frequencies), frequencies, "must be at least 1");
        return form == PeriodicForm.CosineWithPhase ? 1 + frequencies : 2 * frequencies;
    }

    private ReadOnlySpan<Real> FrequenciesOf(ReadOnlySpan<Real> parameters, int feature) =>
        parameters.Slice(feature * PartLength, Frequencies);

    private ReadOnlySpan<Real> PhasesOf(ReadOnlySpan<Real> parameters, int feature) =>
        HasPhases ? parameters.Slice(feature * PartLength + Frequencies, Frequencies) : [];

    // σₖ: equal for all frequencies up to the middle one; after it, σₖ rises by a constant factor.
    private double DeviationOf(int frequency)
    {
        int middle = Frequencies / 2, steps = Frequencies - 1 - middle;
        var share = frequency < middle ? 0 : steps == 0 ? 1 : (double)(frequency - middle) / steps;
        return HighestStandardDeviation is { } highest
            ? StandardDeviation * Math.Pow(highest / StandardDeviation, share)
            : StandardDeviation;
    }

    // ∂J/∂(angle in radians) of every periodic feature of one input, computed with amplitude 1.
    private void DifferentiateByAngle(
        ReadOnlySpan<Real> parameters, int feature, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns dy, Matrix byAngle)
    {
        var frequencies = new RowWise.Columns(FrequenciesOf(parameters, feature));
        var group = feature * _groupWidth;
        if (HasPhases)
        {
            var phases = new RowWise.Columns(PhasesOf(parameters, feature));
            RowWise.Spread(new DerivativeOfCosine(), x, feature, frequencies, phases, PeriodicFeatures(dy, group + 1), byAngle);
        }
        else
        {
            RowWise.Columns dCosine = PeriodicFeatures(dy, group), dSine = PeriodicFeatures(dy, group + Frequencies);
            RowWise.Spread(new DerivativeOfBoth(), x, feature, frequencies, dCosine, dSine, byAngle);
        }
    }

    private RowWise.Columns PeriodicFeatures(ReadOnlyMatrixColumns of, int first) => new(of.Part(first, Frequencies));

    private readonly struct CosineWithPhase : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes frequency, TLanes phase, TLanes amplitude) where TLanes : struct, ILanes<TLanes> =>
            amplitude * SinCos.Cosine(Phase(x, frequency, phase));
    }

    private readonly struct Cosine : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes frequency, TLanes _, TLanes __) where TLanes : struct, ILanes<TLanes> =>
            SinCos.Cosine(frequency * x);
    }

    private readonly struct Sine : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes frequency, TLanes _, TLanes __) where TLanes : struct, ILanes<TLanes> =>
            SinCos.Sine(frequency * x);
    }

    private readonly struct DerivativeOfCosine : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes frequency, TLanes phase, TLanes dy) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(0) - dy * SinCos.Sine(Phase(x, frequency, phase));
    }

    private readonly struct DerivativeOfBoth : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes frequency, TLanes dCosine, TLanes dSine) where TLanes : struct, ILanes<TLanes>
        {
            var u = frequency * x;
            return dSine * SinCos.Cosine(u) - dCosine * SinCos.Sine(u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Phase<TLanes>(TLanes x, TLanes frequency, TLanes phase) where TLanes : struct, ILanes<TLanes> =>
        TLanes.MultiplyAdd(frequency, x, SinCos.ToPhase(phase));
}
