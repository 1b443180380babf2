using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backprop.Networks;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Trials and results as bytes, for messages between ranks of the same version.</summary>
internal static class TrialFormat
{
    private static readonly JsonSerializerOptions _json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Checks before the first step that the networks of a search can be sent.</summary>
    /// <exception cref="NotSupportedException">The loss, a layer or an activation is of a type that no file can name.</exception>
    public static void CheckCanBeSent(Network network, Losses.Loss loss) => NetworkFormat.Write(
        Stream.Null, new TrainingResult(new TrainedNetwork(network, new Real[network.ParameterCount], loss), [], BestEpoch: 0));

    /// <summary>A trial as bytes: number and epochs. Its values are drawn again by the receiver.</summary>
    public static byte[] ToBytes(TrialSettings trial) =>
        JsonSerializer.SerializeToUtf8Bytes(new Item(trial.Number, trial.NumberOfIterations), _json);

    /// <summary>Reads what <see cref="ToBytes(TrialSettings)"/> wrote.</summary>
    public static TrialSettings ReadSettings(byte[] bytes, SearchSpace space, PresetValues preset)
    {
        var item = JsonSerializer.Deserialize<Item>(bytes, _json)!;
        return item.Number == 0 ? TrialSettings.First : TrialSettings.Draw(space, preset, item.Number, item.NumberOfIterations);
    }

    /// <summary>An outcome as bytes: result, duration, and the scores of the held-out rows.</summary>
    public static byte[] ToBytes(TrialOutcome outcome)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(outcome.EndsSearch);
        writer.Write(outcome.Duration.Ticks);
        writer.Write(outcome.Result is not null);
        if (outcome.Result is { } result)
        {
            Write(writer, result);
            writer.Write(result.HeldOut is not null);
            if (result.HeldOut is { } heldOut) WriteBlock(writer, MemoryMarshal.AsBytes(heldOut.Scores.Values));
        }
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes(TrialOutcome)"/> wrote.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="first">The held-out rows of the first trial. All trials hold out the same rows.</param>
    public static TrialOutcome ReadOutcome(byte[] bytes, PlannedTrial trial, HeldOutScores first)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var ends = reader.ReadBoolean();
        var duration = TimeSpan.FromTicks(reader.ReadInt64());
        if (!reader.ReadBoolean()) return new TrialOutcome(trial, null, duration, ends);
        var result = ReadResult(reader);
        if (reader.ReadBoolean())
        {
            var scores = MemoryMarshal.Cast<byte, Real>(ReadBlock(reader)).ToArray();
            result = result with { HeldOut = first.With(scores) };
        }
        return new TrialOutcome(trial, result, duration, ends);
    }

    /// <summary>The result of a search as bytes, without its held-out rows.</summary>
    public static byte[] ToBytes(TrainingResult result)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Write(writer, result);
        WriteBlock(writer, JsonSerializer.SerializeToUtf8Bytes(result.Trials.Select(Sent), _json));
        return stream.ToArray();

        static SentTrial Sent(SearchTrial trial) => new(
            trial.Number, trial.NumberOfIterations, trial.IsShort, trial.Loss, trial.BestLoss, trial.Cost, trial.Duration, trial.Copies);
    }

    /// <summary>Reads what <see cref="ToBytes(TrainingResult)"/> wrote. The values of the trials are drawn again.</summary>
    public static TrainingResult ReadResult(byte[] bytes, SearchSpace space, PresetValues preset)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var result = ReadResult(reader);
        var trials = JsonSerializer.Deserialize<SentTrial[]>(ReadBlock(reader), _json)!;
        return result with { Trials = [.. trials.Select(Received)] };

        SearchTrial Received(SentTrial sent)
        {
            var settings = sent.Number == 0 ? TrialSettings.First : TrialSettings.Draw(space, preset, sent.Number, null);
            return new SearchTrial(
                sent.Number, settings.Values, sent.NumberOfIterations, sent.IsShort, sent.Loss, sent.BestLoss, sent.Cost, sent.Duration)
            {
                Copies = sent.Copies,
            };
        }
    }

    /// <summary>Reads what <see cref="ToBytes(TrainingResult)"/> wrote of a training without a search.</summary>
    public static TrainingResult ReadResult(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return ReadResult(reader);
    }

    private static void Write(BinaryWriter writer, TrainingResult result)
    {
        using var network = new MemoryStream();
        NetworkFormat.Write(network, result);
        WriteBlock(writer, network.GetBuffer().AsSpan(0, (int)network.Length));
        var facts = new Facts([.. result.Thresholds], [.. result.IgnoredFeatures], result.Underfitting, result.Run, [.. result.Warnings]);
        WriteBlock(writer, JsonSerializer.SerializeToUtf8Bytes(facts, _json));
    }

    private static TrainingResult ReadResult(BinaryReader reader)
    {
        var network = NetworkFormat.Read(ReadBlock(reader), isVerified: false);
        var facts = JsonSerializer.Deserialize<Facts>(ReadBlock(reader), _json)!;
        return network with
        {
            Thresholds = facts.Thresholds,
            IgnoredFeatures = facts.IgnoredFeatures,
            Underfitting = facts.Underfitting,
            Run = facts.Run,
            Warnings = facts.Warnings,
        };
    }

    private static void WriteBlock(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBlock(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());

    private sealed record Item(int Number, int? NumberOfIterations);

    // What a saved network does not contain.
    private sealed record Facts(
        Real[] Thresholds, int[] IgnoredFeatures, Underfitting? Underfitting, TrainingSummary? Run, string[] Warnings);

    private sealed record SentTrial(
        int Number, int NumberOfIterations, bool IsShort, double Loss, double BestLoss, double Cost, TimeSpan Duration, int Copies);
}
