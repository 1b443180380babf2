using System.Diagnostics;
using System.Text;
using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

/// <summary>A file may name any number of layers: what is checked of each must not cost more because many others are there.</summary>
public class ManyLayersTests
{
    private const int Count = 100_000;

    // A check of every pair would take minutes; the others take less than a second.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Chains =>
        ["dense", "activations", "skips", "input skips", "quantiles before categories", "normalizations", "members"];

    [Theory, MemberData(nameof(Chains))]
    public void Checking_a_chain_takes_time_in_proportion_to_its_layers(string chain)
    {
        Layer[] layers = Chain(chain);
        var watch = Stopwatch.StartNew();
        var network = new Network(layers);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Limit);
        Assert.Equal(layers.Length, network.Layers.Count);
    }

    [Fact]
    public void A_file_of_many_layers_is_read_in_time_in_proportion()
    {
        var header = new StringBuilder("""{"loss":{"type":"SquaredError"},"layers":[""");
        header.AppendJoin(',', Enumerable.Repeat("""{"type":"Dense","inputs":1,"outputs":1}""", Count));
        header.Append("""],"inputsAreStandardized":false,"targetsAreStandardized":false,"history":[],"bestEpoch":0}""");
        var watch = Stopwatch.StartNew();
        var result = Saved.Read(Saved.Forge(header.ToString(), new byte[8 * Count]));
        Assert.Equal([0f], result.Network.CreateScorer().Predict(new ReadOnlyMatrix([1f], 1, 1)).Values.ToArray());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Limit);
    }

    [Fact]
    public void Many_categories_behind_many_others_are_found_in_time_in_proportion()
    {
        OneHotCategory[] encoded = [.. Enumerable.Range(0, Count).Select(i => new OneHotCategory(2 * i, 1))];
        EmbeddedCategory[] embedded = [.. Enumerable.Range(0, Count).Select(i => new EmbeddedCategory(i, 1, 1))];
        var encoding = new OneHotEncoding(2 * Count, encoded, scaling: null);
        var watch = Stopwatch.StartNew();
        var network = new Network(encoding, new EntityEmbedding(encoding.Outputs, embedded));
        Assert.Equal(Enumerable.Range(0, 2 * Count), network.CategorySlots.Order());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Limit);
    }

    private static Layer[] Chain(string chain)
    {
        Layer dense = new Dense(1, 1);
        return chain switch
        {
            "dense" => [.. Enumerable.Repeat(dense, Count)],
            "activations" => [dense, .. Enumerable.Repeat(new ActivationLayer(1, new Tanh()), Count)],
            "skips" => [dense, .. Enumerable.Range(1, Count).Select(l => new SkipConnection(1, l))],
            "input skips" => [.. Enumerable.Range(0, Count).Select(l => new InputSkip(l + 1, 1)), new Dense(Count + 1, 1)],
            "quantiles before categories" =>
                [.. Enumerable.Repeat(new QuantileTransform(2, [0], 2), Count), new EntityEmbedding(2, [new EmbeddedCategory(1, 2, 1)])],
            "normalizations" => [dense, .. Enumerable.Repeat(new BatchNormalization(1), Count)],
            "members" => [new Replicate(1, 2), .. Enumerable.Repeat(new GroupedDense(2, 2, 2, ntkParametrization: false), Count)],
            _ => throw new ArgumentOutOfRangeException(nameof(chain), chain, "is not known"),
        };
    }
}
