using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Backprop.Training;
using Google.Protobuf;

namespace Backprop.ML.Reporting;

/// <summary>Writes every report into a file that TensorBoard shows during training.</summary>
/// <remarks>
/// <para>A file of records (TensorFlow, <c>record_writer.h</c>): uint64 length, its masked CRC-32C, the bytes, their masked CRC-32C, all
/// little-endian. Each is an <c>Event</c> of TensorFlow's <c>event.proto</c>; the constants in this class are the tags of the few fields
/// that scalars need.</para>
/// <para>Every log has its own folder, because TensorBoard draws one curve for each folder.</para>
/// </remarks>
internal sealed class TensorBoardLog : IDisposable
{
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SummaryValue = 1, ValueTag = 1, ValueNumber = 2;

    private readonly FileStream _file;
    private readonly string? _metric;
    private readonly TimeProvider _clock;

    /// <param name="directory">The folder in which a folder run-001, run-002, … is created for this log.</param>
    /// <param name="metric">The name of the metric in the reports; null for none.</param>
    /// <param name="clock">The clock for the time of every report; null for the system clock.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be written.</exception>
    public TensorBoardLog(string directory, string? metric, TimeProvider? clock = null)
    {
        (_metric, _clock) = (metric, clock ?? TimeProvider.System);
        try
        {
            _file = Create(directory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CannotWrite(directory, problem);
        }
        try
        {
            Write(output =>
            {
                output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
                output.WriteString("brain.Event:2");
            });
        }
        catch (Exception problem)
        {
            Abandon();
            if (problem is IOException) throw CannotWrite(directory, problem);
            throw;
        }
    }

    public void Write(EpochReport report) => Write(output =>
    {
        output.WriteTag(Step, WireFormat.WireType.Varint);
        output.WriteInt64(report.Epoch);
        output.WriteTag(Summary, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(Message(summary =>
        {
            foreach (var (tag, number) in Scalars(report))
            {
                summary.WriteTag(SummaryValue, WireFormat.WireType.LengthDelimited);
                summary.WriteBytes(Message(value =>
                {
                    value.WriteTag(ValueTag, WireFormat.WireType.LengthDelimited);
                    value.WriteString(tag);
                    value.WriteTag(ValueNumber, WireFormat.WireType.Fixed32);
                    value.WriteFloat((float)number);
                }));
            }
        }));
    });

    public void Dispose() => _file.Dispose();

    /// <summary>Closes the file after it could not be written: what is buffered may be lost, too.</summary>
    public void Abandon()
    {
        try
        {
            _file.Dispose();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static InvalidOperationException CannotWrite(string directory, Exception problem) => new(
        $"{nameof(BackpropTrainer.Options.TensorBoardDirectory)} '{directory}' cannot be written: {problem.Message}", problem);

    private IEnumerable<(string Tag, double Number)> Scalars(EpochReport report)
    {
        yield return ("loss/training", report.TrainingLoss);
        if (report.ValidationLoss is { } loss) yield return ("loss/validation", loss);
        if (report.ValidationMetric is { } metric) yield return ($"metric/{_metric}", metric);
        yield return ("learning_rate", report.LearningRate);
        foreach (var layer in report.Diagnostics?.Layers ?? [])
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{layer.Layer:00} {layer.Name}");
            yield return ($"output_scale/{name}", layer.OutputScale);
            yield return ($"gradient_scale/{name}", layer.GradientScale);
            if (layer.UpdateRatio is { } ratio) yield return ($"update_ratio/{name}", ratio);
            if (layer.DeadUnits is { } dead) yield return ($"dead_units/{name}", dead);
            if (layer.SaturatedUnits is { } saturated) yield return ($"saturated_units/{name}", saturated);
        }
    }

    // The first folder without a log, even if several models are trained at once.
    private static FileStream Create(string directory)
    {
        for (var run = 1; ; run++)
        {
            var folder = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"run-{run:000}"));
            var path = Path.Combine(folder, "events.out.tfevents");
            Directory.CreateDirectory(folder);
            if (File.Exists(path)) continue;
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }
    }

    private void Write(Action<CodedOutputStream> fields)
    {
        var message = Message(output =>
        {
            output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
            output.WriteDouble((_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
            fields(output);
        }).Span;
        Span<byte> length = stackalloc byte[sizeof(ulong)], check = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Length);
        _file.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(check, MaskedChecksum(length));
        _file.Write(check);
        _file.Write(message);
        BinaryPrimitives.WriteUInt32LittleEndian(check, MaskedChecksum(message));
        _file.Write(check);
        _file.Flush(); // so that TensorBoard reads complete records
    }

    private static ByteString Message(Action<CodedOutputStream> fields)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        fields(output);
        output.Flush();
        return ByteString.CopyFrom(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes) sum = BitOperations.Crc32C(sum, b);
        return BitOperations.RotateRight(~sum, 15) + 0xa282ead8;
    }
}
