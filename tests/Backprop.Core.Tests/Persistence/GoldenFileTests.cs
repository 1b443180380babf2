using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Version 1 of the format, frozen in a file that make-network-v1.py wrote without this library: it must be read for ever, and
/// written alike.</summary>
public class GoldenFileTests
{
    private static readonly byte[] File = System.IO.File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "Persistence", "network-v1.bin"));

    [Fact]
    public void A_file_of_version_1_is_read()
    {
        var result = Saved.Read(File);
        Assert.Equal([new Dense(3, 4), new ActivationLayer(4, new Tanh()), new Dense(4, 2)], result.Network.Network.Layers);
        Assert.Equal(new SquaredError(), result.Network.Loss);
        Assert.Equal([new EpochReport(1, 0.001, 0.75, null), new EpochReport(2, 0.001, 0.5, 0.625)], result.History);
        Assert.Equal(2, result.BestEpoch);
        Assert.Equal([1f, -2f, 100f], result.Network.Inputs!.Means.ToArray());
        Assert.Equal([0.5f, 4f], result.Network.Targets!.Factors.ToArray());
    }

    // The third input is constant (factor 0), so it changes nothing.
    [Theory]
    [InlineData(new[] { 0f, 0f, 0f }, new[] { 8.78626258068949f, -19.838598439656664f })]
    [InlineData(new[] { 3f, 2f, 105f }, new[] { 7.13177304539117f, -19.79678875501547f })]
    [InlineData(new[] { -4f, 6.5f, -7f }, new[] { 10.193263488107535f, -19.62154736476895f })]
    public void It_predicts_what_plain_Python_predicts(float[] x, float[] predictions) => TestNumbers.AssertClose(
        predictions, Saved.Read(File).Network.CreateScorer().Predict(new ReadOnlyMatrix(x, 1, 3)).Values, 1e-5f);

    [Fact]
    public void Written_again_it_has_the_same_bytes() => Assert.Equal(File, Saved.Bytes(Saved.Read(File)));
}
