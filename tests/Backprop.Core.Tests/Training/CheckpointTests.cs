using System.Security.Cryptography;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A training that was interrupted continues from its file, and ends with the bits of one that was not.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Epochs = 9;

    private static readonly ExampleSet _training = Problems.Surface(96, seed: 3), _validation = Problems.Surface(40, seed: 4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-checkpoint-");

    private string PathOfFile => Path.Combine(_folder.FullName, "training.checkpoint");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Trainings =>
    [
        .. Optimizer.All.Select(optimizer => optimizer.GetType().Name), .. Schedule.All.Select(schedule => schedule.GetType().Name),
        .. WeightAveraging.All.Select(average => average.GetType().Name), "stream", "folds", "groups", "refit", "mixup",
        "batch normalization", "cycles", "loss tolerance", "temperature", "lookahead", "own schedule",
    ];

    [Theory, MemberData(nameof(Trainings))]
    public void An_interrupted_training_ends_with_the_same_bits(string name)
    {
        var straight = Train(name, checkpoint: null, threads: 1);
        foreach (var (epoch, threads) in new[] { (1, 2), (4, 3), (5, 1) })
            Assert.Throws<PowerCut>(() => Train(name, new Checkpoint(PathOfFile) { Every = 1 }, threads, cutAt: epoch));
        var resumed = Train(name, new Checkpoint(PathOfFile) { Every = 1 }, threads: 2);

        TestNumbers.AssertSameBits(straight.Network.Parameters, resumed.Network.Parameters);
        Assert.Equal(straight.History, resumed.History);
        Assert.Equal(straight.BestEpoch, resumed.BestEpoch);
        Assert.Equal(straight.Network.Temperature, resumed.Network.Temperature);

        // The training of the file has ended: another one makes no step.
        var again = Train(name, new Checkpoint(PathOfFile) { Every = 1 }, threads: 1, cutAt: 1);
        TestNumbers.AssertSameBits(straight.Network.Parameters, again.Network.Parameters);
        Assert.Equal(straight.History, again.History);
    }

    [Fact]
    public void A_file_of_another_training_is_refused_with_what_differs()
    {
        var options = OptionsOf("") with { Checkpoint = new Checkpoint(PathOfFile) { Every = 1 } };
        new Trainer(options).Train(Problems.TwoToOne(5), _training);
        Refused("BatchSize was 16 and is 8", options with { BatchSize = 8 }, _training);
        Refused("Optimizer was ", options with { Optimizer = new Adam { Beta1 = 0.8 } }, _training);
        Refused("number of training rows was 96 and is 95", options, Problems.Surface(95, seed: 3));
        Refused("training rows was ", options, Problems.Surface(96, seed: 5));
        var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(options).Train(Problems.TwoToOne(6), _training));
        Assert.Contains("network was 2-5-1 and is 2-6-1", problem.Message);

        var restarted = options with { BatchSize = 8, Checkpoint = new Checkpoint(PathOfFile) { Restart = true } };
        Assert.Equal(Epochs, new Trainer(restarted).Train(Problems.TwoToOne(5), _training).History.Count);

        static void Refused(string difference, TrainingOptions other, ExampleSet rows)
        {
            var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(other).Train(Problems.TwoToOne(5), rows));
            Assert.Contains("belongs to another training: ", problem.Message);
            Assert.Contains(difference, problem.Message);
            Assert.Contains("Checkpoint.Restart", problem.Message);
        }
    }

    [Fact]
    public void A_file_of_other_groups_is_refused()
    {
        var options = OptionsOf("groups") with { Checkpoint = new Checkpoint(PathOfFile) { Every = 1 } };
        new Trainer(options).Train(Problems.TwoToOne(5), Ranked(_training));
        var problem = Assert.Throws<InvalidOperationException>(
            () => new Trainer(options).Train(Problems.TwoToOne(5), Ranked(_training, groupSize: 6)));
        Assert.Contains("groups of training rows was ", problem.Message);
    }

    [Fact]
    public void Two_trainings_cannot_use_one_file()
    {
        var options = OptionsOf("") with { Checkpoint = new Checkpoint(PathOfFile) { Every = 1 } };
        var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(options).Train(
            Problems.TwoToOne(5), _training,
            progress: new Heard<EpochReport>(_ => new Trainer(options).Train(Problems.TwoToOne(5), _training))));
        Assert.Contains("is used by another training", problem.Message);
    }

    [Fact]
    public void A_folder_and_a_missing_folder_are_refused()
    {
        Refused("is a folder", _folder.FullName);
        Refused("does not exist", Path.Combine(_folder.FullName, "nowhere", "file"));

        static void Refused(string message, string path)
        {
            var options = OptionsOf("") with { Checkpoint = new Checkpoint(path) };
            var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(options).Train(Problems.TwoToOne(5), _training));
            Assert.Contains(message, problem.Message);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_one_warning_and_training_goes_on()
    {
        var straight = Train("", checkpoint: null, threads: 1);
        Directory.CreateDirectory($"{PathOfFile}.tmp"); // where the file is written before it is renamed
        var result = Train("", new Checkpoint(PathOfFile) { Every = 1 }, threads: 1);
        TestNumbers.AssertSameBits(straight.Network.Parameters, result.Network.Parameters);
        Assert.Contains("could not be written", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Other_weights_or_initial_parameters_are_refused_too()
    {
        var network = Problems.TwoToOne(5);
        var parameters = network.Initialize(new GlorotUniform(), seed: 1);
        var options = OptionsOf("") with { InitialParameters = parameters, Checkpoint = new Checkpoint(PathOfFile) };
        Real[] weights = [.. Enumerable.Repeat<Real>(2, _training.Count)];
        new Trainer(options).Train(network, _training.WithWeights(weights));

        Refused("training rows was", options, _training);
        weights[^1] = 3;
        Refused("training rows was", options, _training.WithWeights(weights));
        weights[^1] = 2;
        Refused("InitialParameters was", options with { InitialParameters = new Real[parameters.Length] }, _training.WithWeights(weights));
        Real[] equal = [.. parameters];
        new Trainer(options with { InitialParameters = equal }).Train(network, _training.WithWeights(weights));

        void Refused(string difference, TrainingOptions other, ExampleSet rows)
        {
            var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(other).Train(network, rows));
            Assert.Contains(difference, problem.Message);
        }
    }

    [Fact]
    public void The_time_of_a_first_run_and_its_refit_is_counted_once()
    {
        var (before, after) = (Elapsed(), Elapsed());
        Assert.True(before > TimeSpan.FromSeconds(1));
        Assert.InRange(after, before, 1.1 * before);

        // The clock advances a second with each epoch of the first run. The second training finds that all has ended.
        TimeSpan Elapsed()
        {
            var clock = new ManualClock(step: TimeSpan.FromMilliseconds(1));
            var options = OptionsOf("refit") with
            {
                Checkpoint = new Checkpoint(PathOfFile) { Every = 1 },
                MaximumTrainingTime = TimeSpan.FromHours(1),
                Clock = clock,
            };
            var stop = new StopCondition(options, checkAlive: null);
            var progress = new Heard<EpochReport>(_ => clock.Advance(1));
            new Trainer(options).Train(Problems.TwoToOne(5), _training, _validation, null, progress, stop);
            return stop.Elapsed;
        }
    }

    // The plan of the refit is that of the first run, which the file has to tell: no step of it is planned again.
    [Fact]
    public void A_refit_after_an_interruption_has_the_schedule_of_the_first_run()
    {
        foreach (var schedule in new Schedule[] { new CosineDecay(), new OneCycleSchedule(), new FlatCosineSchedule() })
        {
            var options = OptionsOf("refit") with
            {
                LearningRateSchedule = schedule,
                Checkpoint = new Checkpoint(PathOfFile) { Every = 1, Restart = true },
            };
            var straight = new Trainer(options).Train(Problems.TwoToOne(5), _training, _validation);
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(PathOfFile)!, "*.refit*")) File.Delete(file);
            var resumed = new Trainer(options with { Checkpoint = new Checkpoint(PathOfFile) { Every = 1 } })
                .Train(Problems.TwoToOne(5), _training, _validation);
            Assert.True(resumed.Run!.IsRefit);
            TestNumbers.AssertSameBits(straight.Network.Parameters, resumed.Network.Parameters);
        }
    }

    // The plan of a limit that no longer holds would end the schedule too early.
    [Fact]
    public void A_training_that_continues_without_a_time_limit_has_the_schedule_of_all_epochs()
    {
        var options = OptionsOf("") with
        {
            LearningRateSchedule = new CosineDecay(),
            NumberOfIterations = 200,
            Checkpoint = new Checkpoint(PathOfFile) { Every = 1 },
        };
        var clock = new ManualClock();
        var limited = options with { MaximumTrainingTime = TimeSpan.FromSeconds(20), Clock = clock };
        var first = Fit(limited, new Heard<EpochReport>(_ => clock.Advance(1)));
        Assert.InRange(first.History.Count, 15, 25);
        Assert.True(first.History[^1].LearningRate < 0.1 * first.History[0].LearningRate);

        var second = Fit(options, progress: null);
        Assert.Equal(200, second.History.Count);
        Assert.InRange(second.History[100].LearningRate / second.History[0].LearningRate, 0.4, 0.6);

        TrainingResult Fit(TrainingOptions some, IProgress<EpochReport>? progress) =>
            new Trainer(some).Train(Problems.TwoToOne(5), _training, progress: progress);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_the_one_before_it_is_used()
    {
        var checkpoint = new Checkpoint(PathOfFile) { Every = 1, Keep = 2 };
        var straight = Train("", checkpoint: null, threads: 1);
        Assert.Throws<PowerCut>(() => Train("", checkpoint, threads: 1, cutAt: 5));
        var bytes = File.ReadAllBytes(PathOfFile);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(PathOfFile, bytes);

        Assert.Contains("damaged", Assert.Throws<FormatException>(() => Train("", new Checkpoint(PathOfFile), threads: 1)).Message);
        var result = Train("", checkpoint, threads: 1);
        Assert.Contains("its checksum does not match", Assert.Single(result.Warnings));
        TestNumbers.AssertSameBits(straight.Network.Parameters, result.Network.Parameters);
    }

    [Fact]
    public void Any_flipped_bit_or_missing_end_is_a_format_exception()
    {
        Assert.Throws<PowerCut>(() => Train("", new Checkpoint(PathOfFile) { Every = 1 }, threads: 1, cutAt: 3));
        var bytes = File.ReadAllBytes(PathOfFile);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            byte[] damaged = [.. bytes];
            if (i % 3 == 0) damaged = damaged[..random.Next(bytes.Length)];
            else damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(PathOfFile, damaged);
            Assert.Throws<FormatException>(() => Train("", new Checkpoint(PathOfFile), threads: 1));
        }
    }

    // With a checksum that fits, damage reaches what reads the values. Values that fit the training are accepted, whatever they are.
    // Set BACKPROP_MUTATIONS for more of them.
    [Theory, InlineData(""), InlineData(nameof(Lbfgs)), InlineData("folds")]
    public void A_forged_file_is_refused_or_read_and_allocates_little(string name)
    {
        Assert.Throws<PowerCut>(() => Train(name, new Checkpoint(PathOfFile) { Every = 1 }, threads: 1, cutAt: 3));
        var bytes = File.ReadAllBytes(PathOfFile);
        var headerEnd = 20 + BitConverter.ToInt32(bytes, 8);
        var random = new Random(11);
        var mutations = int.TryParse(Environment.GetEnvironmentVariable("BACKPROP_MUTATIONS"), out var given) ? given : 60;
        for (var i = 0; i < mutations; i++)
        {
            byte[] forged = [.. bytes];
            // Half of them in the header, which is text; then often one digit or letter for another.
            var position = i % 2 == 0 ? random.Next(8, headerEnd) : random.Next(8, bytes.Length - 32);
            forged[position] = i % 4 == 0 ? (byte)('0' + random.Next(10)) : (byte)(forged[position] ^ (1 << random.Next(8)));
            SHA256.HashData(forged.AsSpan(0, forged.Length - 32), forged.AsSpan(forged.Length - 32));
            File.WriteAllBytes(PathOfFile, forged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Train(name, new Checkpoint(PathOfFile), threads: 1);
            }
            catch (Exception problem) when (problem is FormatException or InvalidOperationException)
            {
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        }
    }

    private static TrainingResult Train(string name, Checkpoint? checkpoint, int threads, int? cutAt = null)
    {
        var options = OptionsOf(name) with { Checkpoint = checkpoint, NumberOfThreads = threads };
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [7, 5],
            Activation = new Tanh(),
            Dropout = options.Optimizer.UsesLineSearch ? 0 : 0.1,
            EnsembleSize = name == "folds" ? 3 : 1,
            Normalization = name == "batch normalization" ? Normalization.Batch : Normalization.None,
        }.Build(2, 1);
        var progress = new Heard<EpochReport>(report =>
        {
            if (report.Epoch >= cutAt) throw new PowerCut();
        });
        var trainer = new Trainer(options);
        if (name == "stream") return trainer.Train(network, new StreamTests.Source(_training), _validation, progress: progress);
        if (name == "temperature") return trainer.Train(network, Binary(_training), Binary(_validation), progress: progress);
        if (name == "groups") return trainer.Train(network, Ranked(_training), Ranked(_validation), progress: progress);
        return trainer.Train(network, _training, name == "folds" ? null : _validation, progress: progress);
    }

    private static ExampleSet Ranked(ExampleSet examples, int groupSize = 5) => Binary(examples).WithGroups(
        [.. Enumerable.Range(0, examples.Count).Select(row => row / groupSize)]);

    private static ExampleSet Binary(ExampleSet examples) => new(
        [.. Enumerable.Range(0, examples.Count).SelectMany(row => examples.Features.Row(row).ToArray())], 2,
        [.. Enumerable.Range(0, examples.Count).Select(row => examples.Targets.Row(row)[0] > 1 ? 1f : 0)]);

    private static TrainingOptions OptionsOf(string name)
    {
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = Epochs,
            BatchSize = 16,
            Seed = 5,
            EarlyStopping = new EarlyStopping { Patience = 6 },
        };
        if (Optimizer.All.SingleOrDefault(each => each.GetType().Name == name) is { } optimizer)
            return options with { Optimizer = optimizer, BatchSize = optimizer.UsesLineSearch ? null : 16 };
        if (Schedule.All.SingleOrDefault(each => each.GetType().Name == name) is { } schedule)
            return schedule is OneCycleMomentum
                ? options with { MomentumSchedule = schedule }
                : options with { LearningRateSchedule = schedule is ReduceOnPlateau plateau ? plateau with { Patience = 0 } : schedule };
        if (WeightAveraging.All.SingleOrDefault(each => each.GetType().Name == name) is { } average)
            return options with { WeightAveraging = average };
        return name switch
        {
            "folds" => options with { KFoldBagging = true },
            "groups" => options with { Loss = new LambdaRankLoss() },
            "refit" => options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } },
            "mixup" => options with { Mixup = new Mixup() },
            "loss tolerance" => options with { LossTolerance = new LossTolerance { MinimumImprovement = 0.05, Patience = 2 } },
            "temperature" => options with { Loss = new LogisticLoss(), TemperatureScaling = true },
            "own schedule" => options with { LearningRateSchedule = new Halving() },
            "cycles" => options with
            {
                LearningRateSchedule = new CosineRestarts { FirstCycle = 2, CycleFactor = 1 },
                EarlyStopping = new EarlyStopping { MinimumGainOfCycle = 0.3 },
            },
            "lookahead" => options with { Optimizer = new Lookahead { Inner = new NAdam(), Steps = 3 } },
            _ => options,
        };
    }

    private sealed class PowerCut : Exception;

    // Its count has a name that the lengths of lists have, too.
    private sealed record Halving : Schedule
    {
        public override ScheduleState Start() => new State();

        public override double FactorAt(TrainingMoment moment) => 1;

        private sealed class State : ScheduleState
        {
            private int _losses;

            public override double FactorAt(TrainingMoment moment) => Math.Pow(0.5, _losses);

            public override void Observe(double loss) => _losses++;

            public override void Visit(StateVisitor visitor) => visitor.Count("loss count", ref _losses);
        }
    }
}
