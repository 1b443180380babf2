using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Features that are in several arrays, or of which some rows are chosen.</summary>
public class RowBlockTests
{
    private const int Columns = 1200, Rows = 300; // 128 rows in a block

    private static readonly float[] Values = TestNumbers.Normal(Rows * Columns, seed: 1), Labels = TestNumbers.Normal(Rows, seed: 2);

    public static TheoryData<FeatureScaling, bool> Ways => new() { { FeatureScaling.Standard, false }, { FeatureScaling.Robust, true } };

    [Theory, MemberData(nameof(Ways))]
    public void Rows_in_several_arrays_train_with_the_bits_of_one_array(FeatureScaling scaling, bool hasMissing)
    {
        float[] values = [.. Values];
        for (var i = 0; i < values.Length && hasMissing; i += 7) values[i] = float.NaN;
        var whole = new ExampleSet(values, Columns, Labels, allowsMissing: true);
        var parts = new ExampleSet(Blocks(values), Labels, 1, null);
        Assert.Equal(hasMissing, parts.HasMissing);
        Assert.Equal(whole.SlotsWithMissing(), parts.SlotsWithMissing());
        Assert.Equal(whole.ConcentratedFeatures(true), parts.ConcentratedFeatures(true));
        TestNumbers.AssertSameBits(Train(whole, scaling, refits: false), Train(parts, scaling, refits: false));
    }

    [Fact]
    public void Chosen_rows_train_with_the_bits_of_copied_rows()
    {
        int[] learned = [.. Enumerable.Range(0, Rows).Where(row => row % 5 != 2)],
            kept = [.. Enumerable.Range(0, Rows).Where(row => row % 5 == 2)];
        foreach (var refits in (bool[])[false, true])
        {
            var copied = Train(Copy(learned), FeatureScaling.Robust, refits, Copy(kept));
            var all = new ExampleSet(Blocks(Values), Labels, 1, null);
            TestNumbers.AssertSameBits(copied, Train(all.Select(learned), FeatureScaling.Robust, refits, all.Select(kept)));
            var apart = new ExampleSet(Blocks(Copy(kept).Features.Values), [.. kept.Select(row => Labels[row])], 1, null);
            TestNumbers.AssertSameBits(copied, Train(all.Select(learned), FeatureScaling.Robust, refits, apart));
        }
    }

    [Fact]
    public void Features_in_several_arrays_are_no_matrix_and_say_what_copies_them()
    {
        var parts = new ExampleSet(Blocks(Values), Labels, 1, null);
        Assert.Contains("CopyFeatures", Assert.Throws<InvalidOperationException>(() => parts.Features.Rows).Message);
        TestNumbers.AssertSameBits(Values.AsSpan(10 * Columns, Columns), parts.Slice(10, 2).Features.Row(0));
        var row = new float[Columns];
        parts.CopyFeatures(299, row);
        TestNumbers.AssertSameBits(Values.AsSpan(299 * Columns, Columns), row);
    }

    private static ReadOnlySpan<float> Train(ExampleSet examples, FeatureScaling scaling, bool refits, ExampleSet? validation = null)
    {
        var network = new MultilayerPerceptron { HiddenLayers = [3], MissingValues = MissingValues.Median }.Build(Columns, 1);
        var stopping = new EarlyStopping { RefitOnAllRows = refits };
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            FeatureScaling = scaling,
            NumberOfIterations = 2,
            EarlyStopping = stopping,
            Seed = 1
        };
        return new Trainer(options).Train(network, examples, validation).Network.Parameters;
    }

    private static ExampleSet Copy(int[] rows) =>
        new([.. rows.SelectMany(row => Values[(row * Columns)..((row + 1) * Columns)])], Columns, [.. rows.Select(row => Labels[row])]);

    private static RowBlocks Blocks(ReadOnlySpan<float> values)
    {
        var length = RowBlocks.RowsOfBlock(Columns) * Columns;
        var blocks = new List<float[]>();
        for (var first = 0; first < values.Length; first += length)
            blocks.Add(values.Slice(first, Math.Min(length, values.Length - first)).ToArray());
        Assert.InRange(blocks.Count, 1, 3);
        return new RowBlocks([.. blocks], Columns, values.Length / Columns);
    }
}
