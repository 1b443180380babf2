using System.Text.Json.Nodes;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

/// <summary>The means of the training data in a saved network.</summary>
public class SavedMeansTests
{
    private static readonly byte[] File = Saved.Bytes(new TrainingResult(
        new TrainedNetwork(
            new Network(new OneHotEncoding(2, [new OneHotCategory(1, 3)], null), new Dense(4, 1)), new float[6 + 5], new SquaredError())
        {
            Means = new TrainingMeans([1.5f, 0], [[0, 0.25f, 0.5f, 0.25f]]),
        }, [], BestEpoch: 0));

    [Fact]
    public void They_come_back()
    {
        var means = Saved.Read(File).Network.Means!;
        Assert.Equal([1.5f, 0], means.Features.ToArray());
        Assert.Equal([0, 0.25f, 0.5f, 0.25f], Assert.Single(means.Shares));
        Assert.Equal(File, Saved.Bytes(Saved.Read(File)));
    }

    // Of an earlier version, a file says nothing of means.
    [Fact]
    public void A_file_without_them_has_none_and_is_written_as_it_was()
    {
        var header = JsonNode.Parse(Saved.Header(File))!.AsObject();
        Assert.True(header.Remove("hasMeans"));
        var earlier = Saved.Forge(header.ToJsonString(), Saved.Floats(File).AsSpan(..^(6 * 4)));
        var result = Saved.Read(earlier);
        Assert.Null(result.Network.Means);
        Assert.DoesNotContain("hasMeans", Saved.Header(Saved.Bytes(result)), StringComparison.Ordinal);
        Assert.Equal(Saved.Floats(earlier), Saved.Floats(Saved.Bytes(result)));
    }

    [Theory]
    [InlineData(0, float.NaN, "mean of feature 0")]
    [InlineData(1, float.PositiveInfinity, "mean of feature 1")]
    [InlineData(3, -0.25f, "shares")]
    [InlineData(4, 0.75f, "shares")]
    [InlineData(5, float.NaN, "shares")]
    public void Values_that_are_no_means_or_shares_are_refused(int index, float value, string text)
    {
        var floats = Saved.Floats(File);
        BitConverter.TryWriteBytes(floats.AsSpan(floats.Length - (6 - index) * 4), value);
        var problem = Assert.Throws<FormatException>(() => Saved.Read(Saved.Forge(Saved.Header(File), floats)));
        Assert.Contains(text, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Means_that_are_announced_but_missing_are_refused()
    {
        var problem = Assert.Throws<FormatException>(
            () => Saved.Read(Saved.Forge(Saved.Header(File), Saved.Floats(File).AsSpan(..^4))));
        Assert.Contains("16 floats do not fit", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Means_of_another_number_of_features_or_categories_are_refused()
    {
        var network = Saved.Read(File).Network;
        foreach (var means in (TrainingMeans[])[new([1], [[0, 0.5f, 0.5f, 0]]), new([1, 2], [[0.5f, 0.5f]]), new([1, 2], [])])
            Assert.Throws<ArgumentException>(() => new TrainedNetwork(network.Network, network.Parameters, network.Loss) { Means = means });
    }
}
