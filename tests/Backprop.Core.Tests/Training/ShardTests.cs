using Backprop.Activations;
using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Batches in shards, in one process.</summary>
public class ShardTests
{
    private const int Shards = 8, Rows = 37;

    private static readonly ExampleSet _examples = Problems.Surface(Rows, seed: 1, [.. Enumerable.Range(0, Rows).Select(i => 1f + i % 3)]);

    // Layers that are narrower than a vector, and wider ones; with and without a factor of the weights.
    private static readonly Network[] _networks = [
        new NetworkBuilder(2).Dense(9).Activation(new Tanh()).Dense(6).Activation(new ReLU()).Dense(1).Build(),
        new NetworkBuilder(2).Dense(70).Activation(new Tanh()).NtkDense(50).Activation(new ReLU())
            .Add(new GroupedDense(50, 40, 2, ntkParametrization: true)).Dense(1).Build()];

    // Every shard is a batch of its own here, and a recursive function adds the gradients.
    [Theory, InlineData(1, 0), InlineData(2, 0), InlineData(3, 0), InlineData(1, 1), InlineData(2, 1), InlineData(3, 1)]
    public void A_gradient_is_the_sum_of_those_of_the_shards_in_the_order_of_a_tree(int threads, int index)
    {
        var network = _networks[index];
        var start = network.Initialize(new Backprop.Initializers.GlorotUniform(), seed: 3);
        var expected = (float[])start.Clone();
        var (gradient, loss) = Tree(0, Shards);
        for (var i = 0; i < expected.Length; i++) expected[i] -= gradient[i];

        var (learned, meanLoss) = StepOf(network, start, new BatchShards(Shards, 0, 1), threads);
        TestNumbers.AssertSameBits(expected, learned);
        Assert.Equal(loss / TotalWeight, meanLoss);

        // As real numbers, it is the gradient of the whole batch. One shard has the bits of no shards.
        var (whole, lossOfWhole) = StepOf(network, start, BatchShards.One, threads);
        TestNumbers.AssertClose(whole, learned, 2e-6f);
        Assert.NotEqual(whole, learned);
        Assert.Equal(lossOfWhole, meanLoss, 1e-12);

        (float[] Gradient, double Loss) Tree(int first, int count)
        {
            if (count == 1) return OfShard(network, start, first);
            var (left, right) = (Tree(first, count / 2), Tree(first + count / 2, count / 2));
            return ([.. left.Gradient.Zip(right.Gradient, (a, b) => a + b)], left.Loss + right.Loss);
        }
    }

    private static double TotalWeight => _examples.Weights.ToArray().Sum(weight => (double)weight);

    private static (float[] Gradient, double Loss) OfShard(Network network, float[] parameters, int shard)
    {
        int first = Rows * shard / Shards, count = Rows * (shard + 1) / Shards - first;
        var workspace = new Workspace(network, count);
        var x = new float[count * 2];
        for (var i = 0; i < count; i++) _examples.Features.Row(first + i).CopyTo(x.AsSpan(2 * i));
        var features = new ReadOnlyMatrix(x, count, 2);
        var scores = network.Forward(parameters, features, workspace);
        var losses = new float[count];
        var slopes = workspace.ScoreGradient;
        new SquaredError().EvaluateRows(scores, _examples.Targets.RowRange(first, count), losses, slopes);
        var loss = 0.0;
        for (var i = 0; i < count; i++)
        {
            slopes.Row(i)[0] *= (float)(_examples.Weights[first + i] / TotalWeight);
            loss += (double)_examples.Weights[first + i] * losses[i];
        }
        var gradient = new float[network.ParameterCount];
        network.Backward(parameters, features, workspace, gradient);
        return (gradient, loss);
    }

    private static (float[] Parameters, double Loss) StepOf(Network network, float[] start, BatchShards shards, int threads)
    {
        var parameters = (float[])start.Clone();
        var options = new TrainingOptions { Loss = new SquaredError(), Optimizer = new Sgd() };
        using var batches = new Minibatches(_examples, Rows, null, null);
        using var step = Steps.Make(network, parameters, options, Rows, threads, shards: shards);
        var (loss, _) = step.Learn(batches, 0, new StepValues(LearningRate: 1));
        return (parameters, loss);
    }

    [Fact]
    public void The_pieces_of_any_number_of_ranks_have_the_bits_of_one()
    {
        foreach (var count in (int[])[1, 2, 4, 8, 16, 64])
        {
            var values = TestNumbers.Normal(count, seed: count, scale: 1e3);
            var expected = Tree(values);
            for (var ranks = 1; ranks <= count; ranks++)
            {
                var all = new TreeSum(new float[32], 1, first: 0);
                for (var rank = 0; rank < ranks; rank++)
                {
                    var shards = new BatchShards(count, rank, ranks);
                    var own = new TreeSum(new float[shards.Depth], 1, shards.First, shards.Group);
                    for (var shard = shards.First; shard < shards.End; shard++)
                    {
                        own.Next[0] = values[shard];
                        own.Add(shard + 1);
                    }
                    Assert.InRange(shards.Pieces.Count, 1, Math.Max(1, 2 * int.Log2(count)));
                    Assert.Equal(shards.OwnCount, shards.Pieces.Sum(piece => piece.Size));
                    if (int.IsPow2(ranks)) Assert.Single(shards.Pieces);
                    for (var i = 0; i < shards.Pieces.Count; i++)
                    {
                        all.Next[0] = own.Block(i)[0];
                        all.Add(shards.Pieces[i].End, shards.Pieces[i].Size);
                    }
                }
                Assert.Equal(expected, all.Block(0)[0]);
            }
        }

        static float Tree(ReadOnlySpan<float> values) =>
            values.Length == 1 ? values[0] : Tree(values[..(values.Length / 2)]) + Tree(values[(values.Length / 2)..]);
    }

    [Fact]
    public void Doubles_are_added_in_the_order_of_the_tree() => Assert.Equal(1e16 + 1 + (1.0 + 1.0), TreeSum.Of([1e16, 1, 1, 1]));

    [Theory, InlineData(37, 8), InlineData(8, 8), InlineData(1000, 4)]
    public void A_partner_is_another_row_of_the_same_shard(int rows, int shards)
    {
        for (var distance = 1; distance < rows; distance++)
        {
            var mixture = new Backprop.Training.Mixture(0.3, distance, shards);
            for (var shard = 0; shard < shards; shard++)
            {
                int first = rows * shard / shards, end = rows * (shard + 1) / shards;
                int[] partners = [.. Enumerable.Range(first, end - first).Select(row => mixture.PartnerOf(row, rows))];
                Assert.Equal(Enumerable.Range(first, end - first), partners.Order());
                if (end - first > 1) Assert.All(partners.Index(), each => Assert.NotEqual(first + each.Index, each.Item));
            }
        }
    }

    // A rank sends the derivatives of one owner. Only a unit that a border divides has several owners.
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Parts_of_parameters_end_at_borders(int threads)
    {
        var options = new TrainingOptions { Loss = new SquaredError() };
        int[] borders = [0, 30, 211, 212, 213, 275, 1_000, 4_760, 9_999];
        foreach (var network in _networks)
        {
            var parts = ParameterShard.Of(network, options, threads, _ => 400, borders).OrderBy(part => part.Offset).ToArray();
            var end = 0;
            foreach (var part in parts)
            {
                Assert.Equal(end, part.Offset);
                end += part.Length;
                var unit = network.Layers[part.Layer].PartLength;
                Assert.Equal(0, part.First % unit);
                Assert.Equal(part.Length, part.Groups.Sum(group => group.Length));
                if (borders.Any(border => part.Offset < border && border < end)) Assert.Equal(unit, part.Length);
                Assert.Equal(part.Length, part.InParts(7).Sum(some => some.Length));
                Assert.All(part.InParts(7), some => Assert.InRange(some.Length, 1, 7));
            }
            Assert.Equal(network.ParameterCount, end);
        }
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(3), InlineData(2048)]
    public void Shards_are_a_power_of_two(int shards)
    {
        var message = Assert.Throws<ArgumentOutOfRangeException>(() => new Distributed { Shards = shards }).Message;
        Assert.Contains("power of two from 1 to 1024", message);
        Assert.Equal("Distributed { Shards = 1024 }", new Distributed { Shards = 1024 }.ToString());
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "L-BFGS", "Distributed.Shards cannot be combined with Lbfgs" },
        { "Muon", "Distributed.Shards cannot be combined with Lookahead" },
        { "groups", "Distributed.Shards cannot be combined with RankNetLoss" },
        { "ranks", "Distributed.Shards is 2, but there are 3 ranks" },
        { "batch normalization", "cannot train BatchNormalization 4 → 4" },
        { "batch", "Distributed.Shards is 64, but a batch has only 37 rows" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_shards_cannot_do_is_refused_by_name(string what, string expected)
    {
        var options = new TrainingOptions { Loss = new SquaredError(), Distributed = new Distributed { Shards = 8 } };
        options = what switch
        {
            "L-BFGS" => options with { Optimizer = new Lbfgs() },
            "Muon" => options with { Optimizer = new Lookahead { Inner = new Muon() } },
            "groups" => options with { Loss = new RankNetLoss() },
            "batch" => options with { BatchSize = 1000, Distributed = new Distributed { Shards = 64 } },
            _ => options,
        };
        var builder = new NetworkBuilder(2).Dense(4);
        var network = (what == "batch normalization" ? builder.BatchNormalization() : builder).Dense(1).Build();
        if (what != "ranks")
        {
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new Trainer(options).Train(network, _examples)).Message);
            return;
        }
        var problems = ThreadRanks.RunAll(
            3, ranks => _ = new Trainer(options with { Distributed = new Distributed(ranks) { Shards = 2 } }));
        Assert.All(problems, problem => Assert.Contains(expected, problem!.Message));
    }
}
