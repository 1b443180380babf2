using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Rows in memory that are kept from training.</summary>
public class HeldOutRowsTests
{
    [Fact]
    public void Large_classes_are_drawn_as_row_by_row()
    {
        var random = new Random(1);
        float[] classes = [.. Enumerable.Range(0, 1000).Select(_ => (float)random.Next(4))];
        var split = new ValidationSplit(0.2, seed: 3);
        Assert.Equal(classes.Select(split.Takes), HeldOutRows.Stratified(classes, 0.2, seed: 3));
    }

    [Theory]
    [InlineData(998, 2, 0.2)]
    [InlineData(97, 3, 0.1)]
    [InlineData(20, 2, 0.2)]
    public void A_rare_class_of_two_rows_or_more_is_on_both_sides_whatever_the_seed(int common, int rare, double fraction)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            float[] classes = [.. Enumerable.Repeat(0f, common), .. Enumerable.Repeat(1f, rare)];
            new Random(seed).Shuffle(classes);
            var kept = HeldOutRows.Stratified(classes, fraction, seed);
            foreach (var side in (bool[])[true, false])
                for (var k = 0; k < 2; k++) Assert.Contains(classes.Zip(kept), row => row.First == k && row.Second == side);
            Assert.InRange(kept.Count(row => row), 1, Math.Ceiling(fraction * classes.Length * 1.05) + 2);
        }
    }

    [Theory]
    [InlineData(2, 0.2)]
    [InlineData(3, 0.05)]
    [InlineData(7, 0.9)]
    public void Of_two_rows_or_more_one_is_kept_and_one_is_learned_from(int rows, double fraction)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            Assert.InRange(HeldOutRows.Stratified(new float[rows], fraction, seed).Count(row => row), 1, rows - 1);
            Assert.InRange(HeldOutRows.Last(rows, fraction), 1, rows - 1);
        }
    }

    [Fact]
    public void Many_small_classes_do_not_make_more_validation_rows_than_asked_for()
    {
        float[] classes = [.. Enumerable.Range(0, 100).Select(row => (float)(row / 2))]; // of each class, a fifth is less than half a row
        Assert.InRange(HeldOutRows.Stratified(classes, 0.2, seed: 1).Count(row => row), 18, 22);
    }

    [Fact]
    public void The_last_rows_are_as_many_as_the_share_says() =>
        Assert.Equal((2, 3, 0), (HeldOutRows.Last(10, 0.25), HeldOutRows.Last(11, 0.25), HeldOutRows.Last(1, 0.5)));
}
