using System.Buffers.Binary;
using Backprop.Metrics;
using Backprop.ML.Reporting;
using Backprop.ML.Tests.Scenarios;
using Backprop.Training;
using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Reporting;

public sealed class TensorBoardTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The start of a file and a scalar "v/1" = 1.5 at step 1, 256.5 s after 1970: the bytes that tensorboard_logger 0.1.0 compares with in
    // its test of records.
    private static byte[] KnownStart =>
        [.. Bytes("1800000000000000a37f4b22"), .. Bytes("0900000000000870401a0d627261696e2e4576656e743a32bc98212b")];

    private static byte[] KnownScalar =>
        [.. Bytes("19000000000000008bf10828"), .. Bytes("09000000000008704010012a0c0a0a0a03762f31150000c03f2cecc087")];

    [Fact]
    public void A_file_starts_as_TensorFlows_do()
    {
        using (new TensorBoardLog(_folder, null, new Clock())) { }
        Assert.Equal(KnownStart, File.ReadAllBytes(FileOf(1)));
    }

    [Fact]
    public void A_log_that_cannot_be_begun_leaves_no_file_open()
    {
        Assert.Throws<NotSupportedException>(() => new TensorBoardLog(_folder, null, new BrokenClock()));
        using var file = new FileStream(FileOf(1), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void The_reader_of_these_tests_reads_what_others_wrote()
    {
        var scalar = Assert.Single(Read([.. KnownStart, .. KnownScalar]));
        Assert.Equal((1, "v/1", 1.5f, 256.5), scalar);
    }

    [Fact]
    public void Every_number_of_the_history_is_in_the_file()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        (options.TensorBoardDirectory, options.Diagnostics) = (_folder, true);
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var history = new BackpropTrainer(_ml, options).Fit(
            Synthetic.Prepared(_ml, 100), Synthetic.Prepared(_ml, 100, seed: 2)).Model.History;

        var scalars = Read(File.ReadAllBytes(FileOf(1)));
        Assert.All(scalars, scalar => Assert.InRange(scalar.Time, before, before + 600));
        float[] Of(string tag)
        {
            var found = scalars.Where(scalar => scalar.Tag == tag).ToArray();
            Assert.Equal(history.Select(report => (long)report.Epoch), found.Select(scalar => scalar.Step));
            return [.. found.Select(scalar => scalar.Value)];
        }
        Assert.Equal(history.Select(report => (float)report.TrainingLoss), Of("loss/training"));
        Assert.Equal(history.Select(report => (float)report.ValidationLoss!.Value), Of("loss/validation"));
        Assert.Equal(history.Select(report => (float)report.ValidationMetric!.Value), Of("metric/AreaUnderRocCurve"));
        Assert.Equal(history.Select(report => (float)report.LearningRate), Of("learning_rate"));
        Assert.Equal(
            history.Select(report => (float)report.Diagnostics!.Layers[0].GradientScale),
            Of($"gradient_scale/00 {history[0].Diagnostics!.Layers[0].Name}"));
        Assert.Equal(
            history.Select(report => (float)report.Diagnostics!.Layers[0].UpdateRatio!.Value),
            Of($"update_ratio/00 {history[0].Diagnostics!.Layers[0].Name}"));
    }

    [Fact]
    public void Every_training_has_a_folder_of_its_own_even_at_the_same_time()
    {
        Parallel.For(0, 8, run =>
        {
            using var log = new TensorBoardLog(_folder, null);
            log.Write(new EpochReport(1, 0.1, run, null));
        });
        var losses = Enumerable.Range(1, 8).Select(
            run => Read(File.ReadAllBytes(FileOf(run))).Single(scalar => scalar.Tag == "loss/training").Value);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], losses.Order());
    }

    [Fact]
    public void It_can_be_read_while_training_goes_on()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.TensorBoardDirectory = _folder;
        var seen = new List<int>();
        options.Progress = new Listener<EpochReport>(_ =>
        {
            using var file = new FileStream(FileOf(1), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            seen.Add(Read(bytes).Count(scalar => scalar.Tag == "loss/training"));
        });
        new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 50));
        Assert.Equal([1, 2, 3, 4, 5], seen);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_its_option()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.TensorBoardDirectory = Path.Combine(_folder, "file");
        File.WriteAllText(options.TensorBoardDirectory, "");
        var problem = Assert.Throws<InvalidOperationException>(() => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 50)));
        Assert.StartsWith($"TensorBoardDirectory '{options.TensorBoardDirectory}' cannot be written: ", problem.Message);

        options.TensorBoardDirectory = "";
        Assert.Contains(
            "TensorBoardDirectory", Assert.Throws<ArgumentOutOfRangeException>(void () => _ = new BackpropTrainer(_ml, options)).Message);
    }

    private string FileOf(int run) => Path.Combine(_folder, $"run-{run:000}", "events.out.tfevents");

    private static List<(long Step, string Tag, float Value, double Time)> Read(byte[] file)
    {
        var scalars = new List<(long, string, float, double)>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Checksum(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Checksum(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            ReadEvent(new CodedInputStream(file, at + 12, length), isFirst: at == 0);
            at += 16 + length;
        }
        return scalars;

        void ReadEvent(CodedInputStream input, bool isFirst)
        {
            double time = 0;
            long step = 0;
            while (input.ReadTag() is not 0 and var tag)
            {
                switch (tag >> 3)
                {
                    case 1: time = input.ReadDouble(); break;
                    case 2: step = input.ReadInt64(); break;
                    case 3: Assert.Equal((true, "brain.Event:2"), (isFirst, input.ReadString())); break;
                    case 5:
                        scalars.AddRange(
                        ReadSummary(input.ReadBytes().CreateCodedInput()).Select(value => (step, value.Tag, value.Number, time)));
                        break;
                    default: Assert.Fail($"Field {tag >> 3} of an event."); break;
                }
            }
        }

        static IEnumerable<(string Tag, float Number)> ReadSummary(CodedInputStream summary)
        {
            while (summary.ReadTag() is not 0 and var tag)
            {
                Assert.Equal(1u, tag >> 3);
                var value = summary.ReadBytes().CreateCodedInput();
                Assert.Equal(1u, value.ReadTag() >> 3);
                var name = value.ReadString();
                Assert.Equal(2u, value.ReadTag() >> 3);
                yield return (name, value.ReadFloat());
                Assert.True(value.IsAtEnd);
            }
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_one_warning_and_training_goes_on()
    {
        var ml = new MLContext();
        List<string> warnings = [];
        ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.RawMessage);
        };
        List<int> epochs = [];
        var options = new BackpropTrainer.Options
        {
            TensorBoardDirectory = _folder,
            Progress = new Listener<EpochReport>(report => epochs.Add(report.Epoch)),
        };
        IHost host = ((IHostEnvironment)ml).Register("test");
        using var channel = host.Start("Training");
        using var progressChannel = host.StartProgressChannel("Training");
        using (var progress = new EpochProgress(channel, progressChannel, options, epochs: 3, new FullDisk()))
            for (var epoch = 1; epoch <= 3; epoch++) progress.Report(new EpochReport(epoch, 0.1, 1, null));
        Assert.Equal([1, 2, 3], epochs);
        Assert.Contains(
            "TensorBoardDirectory could not be written: No space left on device", Assert.Single(warnings), StringComparison.Ordinal);
    }

    // CRC-32C bit by bit, polynomial 0x1EDC6F41 reflected (RFC 3720), masked as record_writer.h says.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static byte[] Bytes(string hexadecimal) => Convert.FromHexString(hexadecimal);

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new NotSupportedException();
    }

    // Fails as a full disk does, when the second report is written.
    private sealed class FullDisk : TimeProvider
    {
        private int _reads;

        public override DateTimeOffset GetUtcNow() =>
            ++_reads < 3 ? DateTimeOffset.UnixEpoch : throw new IOException("No space left on device");
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(256_500);
    }
}
