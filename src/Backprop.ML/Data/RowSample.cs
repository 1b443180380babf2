using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Some rows of data in memory: all of them, or a random sample in the order of the data.</summary>
internal sealed class RowSample
{
    private RowSample(CacheDataView data, IReadOnlyList<long> positions, long total) =>
        (Data, Positions, Total) = (data, positions, total);

    /// <summary>The rows. Columns are read when they are needed.</summary>
    public CacheDataView Data { get; }

    /// <summary>The index of every row in the data.</summary>
    public IReadOnlyList<long> Positions { get; }

    /// <summary>Number of rows of the data.</summary>
    public long Total { get; }

    /// <summary>Number of rows of the sample.</summary>
    public int Count => Positions.Count;

    /// <summary>Draws the rows, each set of rows with the same probability.</summary>
    /// <remarks>Vitter (1985), "Random sampling with a reservoir", algorithm R.</remarks>
    public static RowSample Of(IHost host, IDataView data, int maximumRows, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Examples);
        List<long> kept = [];
        long count = 0;
        using (var cursor = data.GetRowCursor())
        {
            for (; cursor.MoveNext(); count++)
            {
                host.CheckAlive();
                if (kept.Count < maximumRows)
                {
                    kept.Add(count);
                    continue;
                }
                var index = (long)(random.NextUniform() * (count + 1));
                if (index < maximumRows) kept[(int)index] = count;
            }
        }
        kept.Sort();
        var rows = kept.Count == count ? data : new ChosenRows(host, data, kept);
        return new RowSample(new CacheDataView(host, rows, prefetch: null), kept, count);
    }

    /// <summary>The rows of a view at some positions.</summary>
    private sealed class ChosenRows(IHost host, IDataView source, List<long> positions) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => source.Schema;

        public long? GetRowCount() => positions.Count;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            new Cursor(host, source.GetRowCursor(columnsNeeded), positions);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Cursor(IHost host, DataViewRowCursor input, List<long> positions) : RootCursorBase(host)
    {
        public override DataViewSchema Schema => input.Schema;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => input.GetGetter<TValue>(column);

        protected override bool MoveNextCore()
        {
            var next = (int)Position + 1;
            if (next == positions.Count) return false;
            while (input.Position < positions[next])
                if (!input.MoveNext()) return false;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }
}
