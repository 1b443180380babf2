using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Examples in several parts. Counts what is read after the reading that measures.</summary>
/// <param name="set">All examples.</param>
/// <param name="sizes">The number of examples of each part; empty for a single part.</param>
internal sealed class PartedSource(ExampleSet set, params int[] sizes) : ExampleSource
{
    private readonly int[] _sizes = sizes.Length == 0 ? [set.Count] : sizes;

    public override int FeatureCount => set.FeatureCount;

    public override int TargetCount => set.TargetCount;

    public override bool HasWeights => !set.Weights.IsEmpty;

    public override int PartCount => _sizes.Length;

    /// <summary>[parts]: the number of examples that were read in all epochs. Readers of several partitions add to it.</summary>
    public int[] RowsRead { get; } = new int[Math.Max(1, sizes.Length)];

    /// <summary>How many examples the last part has more in epoch 2.</summary>
    public int MoreInPass2 { get; init; }

    /// <summary>Readers that are not disposed.</summary>
    public int OpenReaders;

    public override ExampleReader Open(int pass) => throw new NotSupportedException("Partitions are read by parts.");

    public override ExampleReader Open(int pass, int part)
    {
        Interlocked.Increment(ref OpenReaders);
        var first = _sizes[..part].Sum();
        var more = pass == 2 && part == PartCount - 1 ? MoreInPass2 : 0;
        return new Reader(this, set, pass, part, first, first + _sizes[part] + more);
    }

    private sealed class Reader(PartedSource source, ExampleSet set, int pass, int part, int first, int end) : ExampleReader
    {
        private int _row = first;

        public override bool Read(Span<float> features, Span<float> targets, out float weight)
        {
            weight = 1;
            if (_row == end) return false;
            var row = _row++ % set.Count;
            if (pass > 0) Interlocked.Increment(ref source.RowsRead[part]);
            set.CopyFeatures(row, features);
            set.Targets.Row(row).CopyTo(targets);
            if (!set.Weights.IsEmpty) weight = set.Weights[row];
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            Interlocked.Decrement(ref source.OpenReaders);
            base.Dispose(disposing);
        }
    }
}
