using Backprop.Distribution;
using Backprop.ML.Tests.Scenarios;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Distribution;

/// <summary>One training in shards over files, where each rank reads only the files of its own shards.</summary>
public sealed class PartitionedTrainingTests : IDisposable
{
    private const int Rows = 240, Parts = 4, Epochs = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-partitions-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, ClassData(typeof(EveryTask))]
    public void Files_have_the_bits_of_one_process_on_every_number_of_ranks(string label)
    {
        var files = Files();
        var expected = Fit(new Distributed { Shards = 4, Partitioned = true }, files, label);
        foreach (var count in (int[])[1, 2, 3, 4])
            foreach (var model in ThreadRanks.Run(
                count, ranks => Fit(new Distributed(ranks) { Shards = 4, Partitioned = true }, files, label)))
            {
                Assert.Equal(expected.Bits(), model.Bits());
                Assert.Equal(expected.Model.History, model.Model.History);
                Assert.Equal(expected.Model.Summary.Warnings, model.Model.Summary.Warnings);
            }
        Assert.NotEqual(expected.Bits(), Fit(new Distributed { Shards = 4 }, files, label).Bits());
    }

    public static TheoryData<ValidationRows, string?, bool> HeldOut => new()
    {
        { ValidationRows.Stratified, null, true },
        { ValidationRows.Last, null, true },
        { ValidationRows.Stratified, nameof(Example.Aside), true },
        { ValidationRows.Stratified, null, false },
        { ValidationRows.Last, null, false },
    };

    // The loss before the first step shows that the same rows are held out as without partitions.
    [Theory, MemberData(nameof(HeldOut))]
    public void The_same_rows_are_held_out_as_without_partitions(ValidationRows rows, string? key, bool hasParts)
    {
        var files = Files();
        BackpropTransformer Train(Distributed? distributed, double learningRate) => Fit(distributed, files, Synthetic.Value, options =>
        {
            (options.ValidationFraction, options.ValidationRows, options.SamplingKeyColumnName) = (0.2, rows, key);
            (options.Caching, options.LearningRate) = (DataCaching.Stream, learningRate);
        }, hasParts);
        var expected = Train(null, learningRate: 1e-30).Model.History[0];
        var partitioned = new Distributed { Shards = 4, Partitioned = true };
        var found = Train(partitioned, learningRate: 1e-30).Model.History[0];
        Assert.Equal(expected.ValidationLoss, found.ValidationLoss);
        Assert.Equal(expected.TrainingLoss, found.TrainingLoss, 1e-6);

        var bits = Train(partitioned, learningRate: 0.01).Bits();
        foreach (var model in ThreadRanks.Run(
            2, ranks => Train(new Distributed(ranks) { Shards = 4, Partitioned = true }, learningRate: 0.01)))
            Assert.Equal(bits, model.Bits());
    }

    [Theory, InlineData(1), InlineData(2), InlineData(4)]
    public void A_rank_opens_only_its_own_files(int count)
    {
        var files = Files();
        var parts = new CountedView[count][];
        ThreadRanks.Run(count, ranks =>
        {
            var ml = new MLContext(seed: 1);
            parts[ranks.Rank] = [.. files.Select(file => new CountedView(ml.Data.LoadFromBinary(file)))];
            var options = OptionsFor(new Distributed(ranks) { Shards = 8, Partitioned = true }, Synthetic.Value);
            return new BackpropTrainer(ml, options).Fit(Prepared(ml, ml.Data.InPartitions(parts[ranks.Rank])));
        });
        for (var rank = 0; rank < count; rank++)
            for (var part = 0; part < Parts; part++)
            {
                // MapValueToKey and the first reading read all files. Then two shards read a file: one up to the middle, and one up to the
                // end. ML.NET reads some rows ahead.
                var isOwn = part * count / Parts == rank;
                var size = Rows / Parts;
                var inEpochs = parts[rank][part].RowsRead - 2 * size;
                if (isOwn) Assert.InRange(inEpochs, Epochs * (size / 2 + size), Epochs * 2 * size);
                else Assert.Equal(0, inEpochs);
            }
    }

    [Fact]
    public void A_view_without_parts_is_read_by_all_ranks_and_the_log_says_so()
    {
        List<string> messages = [];
        var ml = new MLContext(seed: 1);
        ml.Log += (_, message) => messages.Add(message.RawMessage);
        var options = OptionsFor(new Distributed { Shards = 4, Partitioned = true }, Synthetic.Flag);
        var data = Synthetic.Prepared(ml, Rows);
        var expected = new BackpropTrainer(ml, options).Fit(data);
        Assert.Contains(messages, message => message.Contains("The data has no parts, so each shard reads it from the first row"));
        foreach (var model in ThreadRanks.Run(3, ranks =>
        {
            var own = new MLContext(seed: 1);
            var ofRank = OptionsFor(new Distributed(ranks) { Shards = 4, Partitioned = true }, Synthetic.Flag);
            return new BackpropTrainer(own, ofRank).Fit(Synthetic.Prepared(own, Rows));
        }))
            Assert.Equal(expected.Bits(), model.Bits());
    }

    [Fact]
    public void Rows_that_cannot_be_used_are_skipped_and_reported_once_for_all_files()
    {
        List<string> warnings = [];
        var ml = new MLContext(seed: 1);
        ml.Log += (_, message) => warnings.Add(message.RawMessage);
        var examples = Synthetic.Examples(Rows);
        (examples[3].Side, examples[170].Side) = (float.NaN, float.NaN);
        var options = OptionsFor(new Distributed { Shards = 4, Partitioned = true }, Synthetic.Value);
        options.MissingValues = Layers.MissingValues.Skip;
        new BackpropTrainer(ml, options).Fit(Prepared(ml, ml.Data.InPartitions(Views(ml, examples))));
        Assert.Contains(
            "Skipped 2 of 240 rows of the training data: 2 with a missing feature, first in row 3,",
            Assert.Single(warnings, warning => warning.Contains("Skipped", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "memory", "Caching cannot be combined with Distributed { Shards = 4, Partitioned = True }" },
        { "folds", "Distributed reads rows again in every epoch, because it is Partitioned. So it cannot be combined with KFoldBagging" },
        { "L-BFGS", "So it cannot be combined with Lbfgs, which needs all rows in memory" },
        { "search", "So it cannot be combined with Search, which needs all rows in memory" },
        { "one shard", "Distributed.Partitioned divides the training rows by shards, but Distributed.Shards is 1" },
        { "order", "Distributed.Partitioned cannot be combined with Shuffle = false" },
        { "parts", "Distributed.Shards is 2, but the data has 4 parts" },
        { "empty part", "part 1 (of 0 to 1) has 0 for 2 shards" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_partitions_cannot_do_is_refused_on_all_ranks(string what, string expected)
    {
        var files = Files();
        var problems = ThreadRanks.RunAll(what == "one shard" ? 1 : 2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var shards = what switch { "one shard" => 1, "parts" => 2, _ => 4 };
            var options = OptionsFor(new Distributed(ranks) { Shards = shards, Partitioned = true }, Synthetic.Value);
            if (what == "memory") options.Caching = DataCaching.Memory;
            if (what == "folds") (options.KFoldBagging, options.EnsembleSize, options.ValidationFraction) = (true, 3, 0);
            if (what == "L-BFGS") options.Optimizer = new Lbfgs();
            if (what == "search") options.Search = new Search { MaximumTrials = 2 };
            if (what == "order") options.Shuffle = false;
            IDataView[] parts = [.. files.Select(file => ml.Data.LoadFromBinary(file))];
            if (what == "empty part") parts = [parts[0], ml.Data.FilterRowsByColumn(parts[1], nameof(Example.Main), lowerBound: 100)];
            new BackpropTrainer(ml, options).Fit(Prepared(ml, ml.Data.InPartitions(parts)));
        });
        Assert.All(problems, problem => Assert.Contains(expected, problem!.Message, StringComparison.Ordinal));
    }

    private string[] Files()
    {
        var ml = new MLContext(seed: 1);
        return [.. Views(ml, Synthetic.Examples(Rows)).Select((view, part) =>
        {
            var path = Path.Combine(_folder.FullName, $"part{part}.idv");
            using var file = File.Create(path);
            ml.Data.SaveAsBinary(view, file);
            return path;
        })];
    }

    private static IDataView[] Views(MLContext ml, Example[] examples) =>
        [.. examples.Chunk(examples.Length / Parts).Select(some => ml.Data.LoadFromEnumerable(some))];

    private static IDataView Prepared(MLContext ml, IDataView rows) => Synthetic.Preparation(ml).Fit(rows).Transform(rows);

    private static BackpropTransformer Fit(
        Distributed? distributed, string[] files, string label, Action<BackpropTrainer.Options>? change = null, bool hasParts = true)
    {
        var ml = new MLContext(seed: 1);
        var options = OptionsFor(distributed, label);
        if (distributed is { Partitioned: false }) options.Caching = DataCaching.Stream;
        change?.Invoke(options);
        var rows = ml.Data.InPartitions([.. files.Select(file => ml.Data.LoadFromBinary(file))]);
        if (!hasParts) rows = ml.Data.FilterRowsByColumn(rows, nameof(Example.Main), lowerBound: -1e6);
        return new BackpropTrainer(ml, options).Fit(Prepared(ml, rows));
    }

    private static BackpropTrainer.Options OptionsFor(Distributed? distributed, string label)
    {
        var options = Synthetic.Brief(label);
        (options.NumberOfIterations, options.BatchSize, options.NumberOfThreads) = (Epochs, 32, 1);
        options.Distributed = distributed;
        return options;
    }

    /// <summary>Other data that counts the rows that its cursors read.</summary>
    private sealed class CountedView(IDataView data) : IDataView
    {
        private long _rowsRead;

        public long RowsRead => _rowsRead;

        public DataViewSchema Schema => data.Schema;

        public bool CanShuffle => false;

        public long? GetRowCount() => data.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(data.GetRowCursor(columnsNeeded), this);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];

        private sealed class Cursor(DataViewRowCursor cursor, CountedView view) : DataViewRowCursor
        {
            public override DataViewSchema Schema => cursor.Schema;

            public override long Position => cursor.Position;

            public override long Batch => cursor.Batch;

            public override bool MoveNext()
            {
                if (!cursor.MoveNext()) return false;
                Interlocked.Increment(ref view._rowsRead);
                return true;
            }

            public override bool IsColumnActive(DataViewSchema.Column column) => cursor.IsColumnActive(column);

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => cursor.GetGetter<TValue>(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => cursor.GetIdGetter();

            protected override void Dispose(bool disposing)
            {
                if (disposing) cursor.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
