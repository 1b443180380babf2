using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;
using Backprop.Uncertainty;

namespace Backprop.Persistence;

/// <summary>Writes a trained network to a stream and reads it back: a JSON header, then the parameters and statistics as floats, then a
/// checksum.</summary>
/// <remarks>
/// Version 1; all integers and floats are little-endian. The parts, in order: 8 bytes "BACKPROP"; int32 version; int32 length of the
/// header; int32 count of floats; the header; the floats; SHA-256 of all bytes before it. The header is UTF-8 JSON: loss, layers, whether
/// inputs and targets are standardized, history, best epoch, whether predictions are bounded, the temperature. The last members say whether
/// there are means of the training data, whether uncertainty is reported, and have the facts of the calibration. For an autoencoder, they
/// have the number of held-out rows. They also list the hidden layers that are outputs. The floats start with the parameters in the layers'
/// order. Means and factors of the inputs follow, then means and factors of the targets, then the smallest and the largest targets. The
/// means of the features are next, and the shares of the categories. Conformity scores come last: of each target, those of each member. An
/// autoencoder has reconstruction errors of held-out rows instead. Each group after the parameters is present only if the header says so.
/// The header of a blend lists the copies of its parts. The first part is written as above. The floats end with the other parts, each as a
/// complete saved network. Its header ends with spaces, so that its length is a multiple of 4. All content is checked before
/// memory is allocated for it. A damaged file causes a <see cref="FormatException"/>.
/// </remarks>
public static class NetworkFormat
{
    private const int Version = 1, PrefixLength = 20;

    private static ReadOnlySpan<byte> Magic => "BACKPROP"u8;

    /// <summary>Writes <paramref name="result"/>; the same network always has the same bytes.</summary>
    /// <exception cref="NotSupportedException">
    /// A layer or activation is a custom one, or a custom loss is of a type that no file can name.
    /// </exception>
    public static void Write(Stream stream, TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        stream.Write(BytesOf(result, isPart: false));
    }

    private static byte[] BytesOf(TrainingResult result, bool isPart)
    {
        var trained = result.Network;
        var header = HeaderOf(result);
        var text = Serialize(header, trained);
        if (isPart) text = [.. text, .. Enumerable.Repeat((byte)' ', -text.Length & 3)]; // its length is then a number of floats
        byte[][] others = trained.Blend is null
            ? []
            : [.. trained.Blend.Parts.Skip(1).Select(part => BytesOf(new TrainingResult(part.Network, [], 0), isPart: true))];
        var floats = FloatCount(
            trained.Network, trained.Inputs is not null, (trained.Targets?.Means.Length ?? 0) + (trained.Bounds?.Least.Length ?? 0),
            trained.Means is not null)
            + (header.Conformal?.ScoreCount ?? 0) + (trained.Errors?.Errors.Length ?? 0) + others.Sum(part => (long)part.Length / 4);

        var bytes = new byte[checked(PrefixLength + text.Length + 4 * floats + SHA256.HashSizeInBytes)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), (int)floats);
        text.CopyTo(bytes, PrefixLength);

        var rest = bytes.AsSpan(PrefixLength + text.Length);
        rest = WriteFloats(rest, trained.Parameters);
        if (trained.Inputs is { } inputs) rest = WriteFloats(WriteFloats(rest, inputs.Means), inputs.Factors);
        if (trained.Targets is { } targets) rest = WriteFloats(WriteFloats(rest, targets.Means), targets.Factors);
        if (trained.Bounds is { } bounds) rest = WriteFloats(WriteFloats(rest, bounds.Least), bounds.Most);
        if (trained.Means is { } means) rest = WriteFloats(rest, means.Values.ToArray());
        if (trained.Conformal is { } conformal)
            for (var target = 0; target < conformal.Targets; target++)
                for (var member = 0; member < conformal.Members; member++) rest = WriteFloats(rest, conformal.ScoresOf(target, member));
        if (trained.Errors is { } errors) rest = WriteFloats(rest, errors.Errors);
        foreach (var part in others)
        {
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - rest.Length), rest);
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the stream must end there.</summary>
    /// <remarks>At most one byte more than the stream announces is read, and memory grows with the bytes that arrive.</remarks>
    /// <exception cref="FormatException">
    /// The stream is damaged, truncated, too long, of another version, or not a network at all, or its loss cannot be made.
    /// The message says which.
    /// </exception>
    public static TrainingResult Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = BoundedReader.Read(stream, PrefixLength, ExpectedLength);
        return Read(bytes, isVerified: false);
    }

    /// <summary>Reads a network from memory.</summary>
    /// <param name="bytes">All bytes that <see cref="Write"/> wrote, and no more.</param>
    /// <param name="isVerified">
    /// Whether another checksum already covered the bytes. The network's own checksum is then not computed again.
    /// </param>
    /// <exception cref="FormatException">As for a stream.</exception>
    internal static TrainingResult Read(ReadOnlySpan<byte> bytes, bool isVerified)
    {
        var expected = ExpectedLength(bytes);
        if (expected != bytes.Length)
            throw new FormatException($"The saved network is damaged: it has {bytes.Length} bytes, but its header announces {expected}.");
        if (!isVerified && !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new FormatException("The saved network is damaged: its checksum does not match.");

        try
        {
            var saved = Parse(bytes);
            return Build(saved.Header, saved.Floats);
        }
        catch (Exception problem) when (problem is not (FormatException { InnerException: null } or OutOfMemoryException))
        {
            // No inner exception: callers find the FormatException by GetBaseException, whatever went wrong below it.
            var kind = problem is JsonException or ArgumentException or FormatException ? "" : $"{problem.GetType().Name}: ";
            throw new FormatException($"The saved network contradicts itself: {kind}{problem.Message}");
        }
    }

    private static SavedNetwork Parse(ReadOnlySpan<byte> bytes)
    {
        var header = bytes.Slice(PrefixLength, BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        return new SavedNetwork(HeaderJson.Parse(header), bytes[(PrefixLength + header.Length)..^SHA256.HashSizeInBytes]);
    }

    // The total number of bytes that the first bytes announce.
    private static long ExpectedLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PrefixLength || !bytes[..8].SequenceEqual(Magic))
            throw new FormatException("This is not a saved network: it does not begin with \"BACKPROP\".");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version)
            throw new FormatException($"The network is saved in version {version} of the format; this library reads version {Version}.");

        var headerLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        var floatCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        var expected = PrefixLength + (long)headerLength + 4L * floatCount + SHA256.HashSizeInBytes;
        if (headerLength < 0 || floatCount < 0 || expected > Array.MaxLength)
            throw new FormatException(
                $"The saved network is damaged: it announces a header of {headerLength} bytes and {floatCount} floats, " +
                $"{expected} bytes in all.");
        return expected;
    }

    private static Header HeaderOf(TrainingResult result)
    {
        var trained = result.Network;
        return new Header(
            trained.Loss, trained.Network.Layers, trained.Inputs is not null, trained.Targets is not null, result.History, result.BestEpoch,
            trained.Bounds is not null, NotOne((trained.Blend?.Parts[0].Network ?? trained).Temperature), trained.Means is not null,
            trained.ReportsUncertainty,
            trained.Conformal is { } conformal ? ConformalHeader.Of(conformal) : null,
            trained.Errors?.Rows, trained.HiddenOutputs.Count == 0 ? null : trained.HiddenOutputs,
            trained.Blend is { } blend
                ? new BlendHeader([.. blend.Parts.Select(part => part.Copies)], NotOne(trained.Temperature))
                : null);

        static double? NotOne(double temperature) => temperature == 1 ? null : temperature;
    }

    private static byte[] Serialize(Header header, TrainedNetwork trained)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(header, HeaderJson.Options);
        }
        catch (NotSupportedException problem)
        {
            throw new NotSupportedException(
                $"Network {trained.Network} with {trained.Loss.GetType().Name} cannot be saved: layers and activations must be the " +
                    $"library's own, and a loss the library's own or of a type that is neither generic nor local. {problem.Message}",
                problem);
        }
    }

    private static TrainingResult Build(Header header, ReadOnlySpan<byte> floats)
    {
        var network = new Network([.. header.Layers]);
        // Widths are bounded by the number of parameters in the file. Without parameters, a few bytes could cause an allocation of
        // gigabytes of scratch memory.
        if (network.ParameterCount == 0) throw new ArgumentException($"Network {network} has no parameters.");
        CheckHistory(header.History, header.BestEpoch);
        var targetColumns = header.TargetsAreStandardized || header.PredictionsAreBounded
            ? header.Loss.TargetColumnsOf(network.Outputs)
            : 0;
        var scaled = header.TargetsAreStandardized ? targetColumns : 0;
        var bounded = header.PredictionsAreBounded ? targetColumns : 0;
        header.Conformal?.Check(header.Loss, network);
        var expected = FloatCount(network, header.InputsAreStandardized, scaled + bounded, header.HasMeans)
            + (header.Conformal?.ScoreCount ?? 0) + ErrorCount(header.HeldOutRows);
        if (header.Blend is null ? expected * 4 != floats.Length : expected * 4 > floats.Length)
            throw new ArgumentException(
                $"{floats.Length / 4} floats do not fit network {network} with {network.ParameterCount} parameters.");

        var parameters = ReadFloats(ref floats, network.ParameterCount);
        var inputs = header.InputsAreStandardized ? ReadStandardization(ref floats, network.Inputs) : null;
        var targets = header.TargetsAreStandardized ? ReadStandardization(ref floats, targetColumns) : null;
        var bounds = header.PredictionsAreBounded
            ? new TargetBounds(ReadFloats(ref floats, targetColumns), ReadFloats(ref floats, targetColumns))
            : null;
        var trained = new TrainedNetwork(network, parameters, header.Loss, inputs, targets, bounds, header.Temperature ?? 1)
        {
            Means = header.HasMeans ? ReadMeans(ref floats, network) : null,
            ReportsUncertainty = header.ReportsUncertainty,
            Conformal = header.Conformal is { } conformal ? ReadConformal(ref floats, conformal) : null,
            Errors = header.HeldOutRows is { } rows ? ErrorDistribution.Restore(rows, ReadFloats(ref floats, ErrorCount(rows))) : null,
            HiddenOutputs = header.HiddenOutputs ?? [],
        };
        if (header.Blend is { } blend)
        {
            var parts = ReadBlend(ref floats, trained.With(conformal: null), blend.Copies);
            trained = trained.With(parts, blend.Temperature ?? 1).With(trained.Conformal);
        }
        return new TrainingResult(trained, header.History, header.BestEpoch);
    }

    // The other parts are complete saved networks, one after another.
    private static NetworkBlend ReadBlend(ref ReadOnlySpan<byte> bytes, TrainedNetwork first, IReadOnlyList<int> copies)
    {
        if (copies.Count is < 2 or > NetworkBlend.MaxParts)
            throw new ArgumentException($"A blend has 2 to {NetworkBlend.MaxParts} parts, but the header announces {copies.Count}.");
        var parts = new List<BlendPart> { new(first, copies[0]) };
        while (parts.Count < copies.Count)
        {
            var length = ExpectedLength(bytes);
            if (length > bytes.Length)
                throw new ArgumentException($"Part {parts.Count} of the blend announces {length} bytes, but {bytes.Length} are left.");
            var part = Parse(bytes[..(int)length]);
            if (part.Header.Blend is not null) throw new ArgumentException($"Part {parts.Count} of the blend is a blend itself.");
            parts.Add(new BlendPart(Build(part.Header, part.Floats).Network, copies[parts.Count]));
            bytes = bytes[(int)length..];
        }
        if (!bytes.IsEmpty) throw new ArgumentException($"{bytes.Length} bytes follow the last part of the blend.");
        return new NetworkBlend(parts);
    }

    private static ConformalCalibration ReadConformal(ref ReadOnlySpan<byte> floats, ConformalHeader header)
    {
        var scores = new Real[header.Targets * header.Counts.Count][];
        for (var i = 0; i < scores.Length; i++) scores[i] = ReadFloats(ref floats, header.Counts[i % header.Counts.Count]);
        return ConformalCalibration.Restore(header.Coverage, header.Rows, header.Rank, header.Counts.Count, scores);
    }

    private static int ErrorCount(int? heldOutRows) => Math.Clamp(heldOutRows ?? 0, 0, ErrorDistribution.MaxErrors);

    // The JSON reader accepts 1e999 as infinity, which could never be written again.
    private static void CheckHistory(IReadOnlyList<EpochReport> history, int bestEpoch)
    {
        for (var i = 0; i < history.Count; i++)
        {
            if (history[i] is not { } report) throw new ArgumentException($"Epoch report {i} is missing (null).");
            var isFinite = double.IsFinite(report.LearningRate) && double.IsFinite(report.TrainingLoss)
                && double.IsFinite(report.ValidationLoss ?? 0) && double.IsFinite(report.ValidationMetric ?? 0);
            if (!isFinite) throw new ArgumentException($"Epoch report {i} has a value that is not finite: {report}.");
        }
        if (bestEpoch < 0 || bestEpoch > history.Count)
            throw new ArgumentException($"The best epoch is {bestEpoch}, but there are {history.Count} epoch reports.");
    }

    // Standardized columns have a mean and a factor each; bounded targets have a lower and an upper bound.
    private static long FloatCount(Network network, bool inputs, long targets, bool means) =>
        network.ParameterCount + (inputs ? 2L * network.Inputs : 0) + 2 * targets + (means ? TrainingMeans.CountFor(network) : 0);

    private static Span<byte> WriteFloats(Span<byte> bytes, ReadOnlySpan<Real> values)
    {
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], (float)values[i]);
        return bytes[(4 * values.Length)..];
    }

    private static Real[] ReadFloats(ref ReadOnlySpan<byte> bytes, int count)
    {
        var values = new Real[count];
        for (var i = 0; i < count; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        bytes = bytes[(4 * count)..];
        return values;
    }

    private static Standardization ReadStandardization(ref ReadOnlySpan<byte> bytes, int columns)
    {
        var means = ReadFloats(ref bytes, columns);
        return new Standardization(means, ReadFloats(ref bytes, columns));
    }

    private static TrainingMeans ReadMeans(ref ReadOnlySpan<byte> bytes, Network network)
    {
        var features = ReadFloats(ref bytes, network.Inputs);
        var shares = new Real[network.Categories.Count][];
        foreach (var (i, category) in network.Categories.Index()) shares[i] = ReadFloats(ref bytes, category.Count + 1);
        return new TrainingMeans(features, shares);
    }

    // The parts of a saved network that are not computed.
    private readonly ref struct SavedNetwork(Header header, ReadOnlySpan<byte> floats)
    {
        public Header Header { get; } = header;

        public ReadOnlySpan<byte> Floats { get; } = floats;
    }
}

/// <summary>What the JSON at the start of a saved network says.</summary>
internal sealed record Header(
    Loss Loss, IReadOnlyList<Layer> Layers, bool InputsAreStandardized, bool TargetsAreStandardized, IReadOnlyList<EpochReport> History,
    int BestEpoch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool PredictionsAreBounded = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Temperature = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasMeans = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ReportsUncertainty = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConformalHeader? Conformal = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? HeldOutRows = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HiddenOutput>? HiddenOutputs = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BlendHeader? Blend = null);

/// <summary>The facts of a blend.</summary>
/// <param name="Copies">The copies of each part.</param>
/// <param name="Temperature">The divisor of the blended scores; null for 1. <see cref="Header.Temperature"/> is that of the first
/// part.</param>
internal sealed record BlendHeader(
    IReadOnlyList<int> Copies,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Temperature = null);
