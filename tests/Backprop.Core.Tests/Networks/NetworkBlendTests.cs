using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Networks;

/// <summary>A blend predicts the average of its parts' predictions, whatever their shapes are.</summary>
public class NetworkBlendTests
{
    private const int Rows = 9, Features = 3, Members = 2;

    private static readonly float[] X = TestNumbers.Normal(Rows * Features, seed: 8);

    public static TheoryData<string> Losses => [.. Loss.All.OfType<RowLoss>().Select(loss => loss.GetType().Name)];

    [Theory]
    [InlineData(nameof(LogisticLoss), 2)]
    [InlineData(nameof(SoftmaxCrossEntropy), 3)]
    [InlineData(nameof(SquaredError), 2)]
    [InlineData(nameof(PoissonLoss), 1)]
    public void The_prediction_is_the_mean_of_the_predictions_by_copies(string lossName, int outputs)
    {
        TrainedNetwork[] parts = [.. Parts(LossOf(lossName), outputs)];
        var blend = Blend(parts);
        var expected = new double[Rows * outputs];
        double[] shares = [3.0 / 6, 1.0 / 6, 2.0 / 6];
        for (var i = 0; i < parts.Length; i++)
        {
            var own = Predict(parts[i]);
            for (var j = 0; j < expected.Length; j++) expected[j] += shares[i] * own[j];
        }
        Near.Equal("predictions", expected, Predict(blend), 1e-5, 1e-5);
    }

    [Theory, MemberData(nameof(Losses))]
    public void The_operations_of_the_graph_agree_with_the_scorer(string lossName)
    {
        var loss = LossOf(lossName);
        var outputs = loss.TargetKind == TargetKind.Class ? 3 : loss.OutputsFor(1);
        var blend = Blend([.. Parts(loss, outputs)]);
        var values = X.Chunk(Features).Select(row => GraphInterpreter.Run(blend.Inference, row)).ToArray();
        double[] scores = [.. values.SelectMany(row => row[blend.Inference.Scores])];
        double[] predictions = [.. values.SelectMany(row => row[InferenceGraph.Predictions])];
        var x = new ReadOnlyMatrix(X, Rows, Features);
        Near.Equal("scores", scores, blend.CreateScorer(Rows).Score(x).Values, 1e-4, 1e-4);
        Near.Equal("predictions", predictions, blend.CreateScorer(Rows).Predict(x).Values, 1e-4, 1e-4);
    }

    [Fact]
    public void A_member_of_the_blend_is_the_average_of_that_member_of_the_parts()
    {
        TrainedNetwork[] parts = [.. Parts(new LogisticLoss(), 1)];
        var blend = Blend(parts);
        int[] chosen = [.. Enumerable.Range(0, Rows).Select(row => row % Members)];
        var expected = new double[Rows];
        double[] shares = [3.0 / 6, 1.0 / 6, 2.0 / 6];
        for (var i = 0; i < parts.Length; i++)
        {
            var scores = parts[i].CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, Features), chosen).Values.ToArray();
            for (var row = 0; row < Rows; row++) expected[row] += shares[i] / (1 + Math.Exp(-scores[row]));
        }
        var logits = blend.CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, Features), chosen).Values.ToArray();
        Near.Equal("members", expected, [.. logits.Select(logit => (float)(1 / (1 + Math.Exp(-logit))))], 1e-5, 1e-5);
    }

    [Fact]
    public void The_spread_is_that_of_the_members_of_the_blend()
    {
        TrainedNetwork[] parts = [.. Parts(new SquaredError(), 1, reportsUncertainty: true)];
        var scorer = Blend(parts).CreateUncertaintyScorer(Rows);
        scorer.Predict(new ReadOnlyMatrix(X, Rows, Features));
        double[] shares = [3.0 / 6, 1.0 / 6, 2.0 / 6];
        var expected = new double[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var one = new ReadOnlyMatrix(X.AsSpan(row * Features, Features), 1, Features);
            var ofMembers = new double[Members];
            for (var i = 0; i < parts.Length; i++)
                for (var member = 0; member < Members; member++)
                    ofMembers[member] += shares[i] * parts[i].CreateScorer().Score(one, [member]).Values[0];
            expected[row] = Math.Abs(ofMembers[0] - ofMembers[1]) / Math.Sqrt(2); // n = 2
        }
        Near.Equal("spread", expected, scorer.Spread, 1e-5, 1e-5);
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        var scorer = Blend([.. Parts(new SoftmaxCrossEntropy(), 3)]).CreateScorer(Rows);
        scorer.Predict(new ReadOnlyMatrix(X, Rows, Features));
        var before = GC.GetAllocatedBytesForCurrentThread();
        scorer.Predict(new ReadOnlyMatrix(X, Rows, Features));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_saved_blend_predicts_the_same_bits()
    {
        var blend = Blend([.. Parts(new SoftmaxCrossEntropy(), 3, reportsUncertainty: true)]);
        var saved = Saved.Bytes(new TrainingResult(blend, [], 0));
        var read = Saved.Read(saved).Network;
        TestNumbers.AssertSameBits(Predict(blend), Predict(read));
        Assert.Equal([3, 1, 2], read.Blend!.Parts.Select(part => part.Copies));
        Assert.Equal(saved, Saved.Bytes(new TrainingResult(read, [], 0)));
    }

    [Theory]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3,1]  ", "follow the last part")]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3]    ", "A blend has 2 to 256 parts, but the header announces 1")]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3,1,0]", "Part 2 of the blend has 0 copies")]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3,-1,2]", "Part 1 of the blend has -1 copies")]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3,9999,2]", "at most 4096 copies")]
    [InlineData("\"copies\":[3,1,2]", "\"copies\":[3,1,2,1]", "This is not a saved network")]
    public void A_forged_blend_is_refused_by_name(string from, string to, string message)
    {
        var saved = Saved.Bytes(new TrainingResult(Blend([.. Parts(new LogisticLoss(), 1)]), [], 0));
        var header = Saved.Header(saved).Replace(from, to, StringComparison.Ordinal);
        var forged = Saved.Forge(System.Text.Encoding.UTF8.GetBytes(header), Saved.Floats(saved));
        Assert.Contains(message, Assert.Throws<FormatException>(() => Saved.Read(forged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_temperature_of_a_blend_divides_the_blended_scores()
    {
        var blend = Blend([.. Parts(new SoftmaxCrossEntropy(), 3)]);
        var tempered = blend.With(temperature: 2);
        var x = new ReadOnlyMatrix(X, Rows, Features);
        double[] halves = [.. blend.CreateScorer(Rows).Score(x).Values.ToArray().Select(score => score / 2.0)];
        Near.Equal("scores", halves, tempered.CreateScorer(Rows).Score(x).Values, 1e-6, 1e-6);
        var read = Saved.Read(Saved.Bytes(new TrainingResult(tempered, [], 0))).Network;
        TestNumbers.AssertSameBits(Predict(tempered), Predict(read));
        Assert.Equal((2, 0.5), (read.Temperature, read.Blend!.Parts[0].Network.Temperature));
        var scores = X.Chunk(Features).SelectMany(row => GraphInterpreter.Run(tempered.Inference, row)[tempered.Inference.Scores]);
        Near.Equal("graph", [.. scores], tempered.CreateScorer(Rows).Score(x).Values, 1e-4, 1e-4);
    }

    // The outer checksum is right, so the parts are read as they are.
    [Fact]
    public void Damaged_parts_end_in_a_format_exception()
    {
        var saved = Saved.Bytes(new TrainingResult(Blend([.. Parts(new SoftmaxCrossEntropy(), 3)]), [], 0));
        var (header, floats) = (System.Text.Encoding.UTF8.GetBytes(Saved.Header(saved)), Saved.Floats(saved));
        var random = new RandomSequence(3, RandomPurpose.Shuffling);
        for (var i = 0; i < 400; i++)
        {
            var damaged = floats.ToArray();
            for (var k = 0; k <= i % 5; k++) damaged[random.NextIndex(damaged.Length)] ^= (byte)(1 + random.NextIndex(255));
            if (i % 3 == 0) damaged = damaged[..(4 * random.NextIndex(damaged.Length / 4))];
            var problem = Record.Exception(() => Saved.Read(Saved.Forge(header, damaged)));
            Assert.True(problem is null or FormatException, $"{problem}");
        }
    }

    [Fact]
    public void A_blend_within_a_blend_is_refused()
    {
        var parts = Parts(new LogisticLoss(), 1).ToArray();
        var blend = Blend(parts);
        Refuses("Part 1 is a blend itself", () => new NetworkBlend(new BlendPart(parts[0], 1), new BlendPart(blend, 1)));
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused_by_name()
    {
        var first = new BlendPart(Part([4], new LogisticLoss(), 1, seed: 1), 1);
        Refuses("Part 1 of the blend is a network of 3 inputs, 2 outputs",
            () => new NetworkBlend(first, new BlendPart(Part([4], new LogisticLoss(), 2, seed: 1), 1)));
        Refuses("trained with SquaredError",
            () => new NetworkBlend(first, new BlendPart(Part([4], new SquaredError(), 1, seed: 1), 1)));
        Refuses("Part 0 of the blend has 0 copies", () => new NetworkBlend(new BlendPart(first.Network, 0)));
        Refuses("1 to 256 parts, but there are 0", () => new NetworkBlend());
    }

    private static void Refuses(string message, Func<NetworkBlend> make) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);

    private static Loss LossOf(string name) => Loss.All.Single(loss => loss.GetType().Name == name);

    private static TrainedNetwork Blend(TrainedNetwork[] parts) =>
        new NetworkBlend(new BlendPart(parts[0], 3), new BlendPart(parts[1], 1), new BlendPart(parts[2], 2)).ToNetwork();

    private static IEnumerable<TrainedNetwork> Parts(Loss loss, int outputs, bool reportsUncertainty = false) =>
        new[] { new[] { 5 }, [7, 4], [] }.Select((layers, i) => Part(layers, loss, outputs, seed: i, reportsUncertainty));

    private static TrainedNetwork Part(int[] layers, Loss loss, int outputs, int seed, bool reportsUncertainty = false)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = layers,
            Activation = new Mish(),
            EnsembleSize = Members,
            NumericEmbedding = seed == 1 ? new PeriodicPhaseEmbedding() : null,
        }.Build(Features, outputs);
        var inputs = new Standardization([0.3f, -0.2f, 0.1f], [1.5f, 0.7f + seed, 1.2f]);
        var parameters = network.Initialize(new HeNormal(), seed);
        return new TrainedNetwork(network, parameters, loss, inputs, temperature: loss.HasLogits ? 0.5 + seed : 1)
        {
            ReportsUncertainty = reportsUncertainty,
        };
    }

    private static float[] Predict(TrainedNetwork trained) =>
        trained.CreateScorer(Rows).Predict(new ReadOnlyMatrix(X, Rows, Features)).Values.ToArray();
}
