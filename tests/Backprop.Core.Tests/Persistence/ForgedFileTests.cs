using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Backprop.Numerics;
using CsCheck;

namespace Backprop.Core.Tests.Persistence;

/// <summary>A checksum proves nothing about who made it: a file with a right one may still say anything, and must do no harm.</summary>
public class ForgedFileTests
{
    private static readonly string Header = Saved.Header(Reading.Original);
    private static readonly byte[] Floats = Saved.Floats(Reading.Original);

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "2147483647", "-2147483648", "9999999999", "1e999", "-1e308", "0.5",
        "\"\"", "\"Dense\"", "\"Tanh\"", "\"SquaredError\"", "[]", "[null]", "{}", "{\"type\":\"Dense\"}", "{\"type\":\"Sgd\"}",
        "\"System.Object, System.Private.CoreLib\"", "{\"type\":\"Lost.Loss, Lost.Assembly\"}",
        "{\"type\":\"Backprop.Losses.SquaredError, Backprop.Core\"}",
        "{\"type\":\"Tanh\"}", "{\"type\":\"ActivationLayer\",\"width\":2147483647,\"activation\":{\"type\":\"Tanh\"}}",
    ];

    private static readonly string[] HugeLayers =
    [
        """{"type":"EntityEmbedding","inputs":2147483647,"categories":[{"slot":5,"count":1,"dimension":1}]}""",
        """
        {"type":"EntityEmbedding","inputs":2,"categories":[
        {"slot":0,"count":2147483647,"dimension":2147483647},{"slot":1,"count":2147483647,"dimension":2147483647}]}
        """,
        """{"type":"EntityEmbedding","inputs":2,"categories":null}""",
        """{"type":"OneHotEncoding","inputs":2147483647,"categories":[{"slot":5,"count":1}],"scaling":null}""",
        """{"type":"OneHotEncoding","inputs":2,"categories":[{"slot":0,"count":2147483591},{"slot":1,"count":2147483591}],"scaling":1}""",
        """{"type":"OneHotEncoding","inputs":2,"categories":[{"slot":0,"count":1000000000}],"scaling":0}""",
        """{"type":"OneHotEncoding","inputs":2,"categories":[{"slot":0,"count":3}],"scaling":7}""",
        """{"type":"Imputation","inputs":2147483647,"replacement":1,"indicated":[]}""",
        """{"type":"Imputation","inputs":2,"replacement":0,"indicated":[]}""",
        """{"type":"Imputation","inputs":2,"replacement":1,"indicated":[1,1]}""",
        """
        {"type":"FeaturewiseDense","inputs":2147483647,"features":1,
        "groupInputs":2147483647,"groupOutputs":2147483647,"kept":0,"rectified":true}
        """,
        """
        {"type":"FeaturewiseDense","inputs":2147483647,"features":46340,
        "groupInputs":46340,"groupOutputs":46340,"kept":-1,"rectified":true}
        """,
        """{"type":"PeriodicEmbeddingLayer","inputs":2147483647,"features":2147483647,"frequencies":1,"standardDeviation":1,"form":1}""",
        """{"type":"PeriodicEmbeddingLayer","inputs":1,"features":1,"frequencies":2147483590,"standardDeviation":1,"form":1}""",
        """{"type":"PeriodicEmbeddingLayer","inputs":1,"features":1,"frequencies":1,"standardDeviation":1e999,"form":7}""",
        """{"type":"PiecewiseLinearEncoding","inputs":2147483647,"features":2147483647,"bins":2147483647}""",
        """{"type":"QuantileTransform","inputs":2147483647,"features":[0],"knots":2147483647}""",
        """{"type":"QuantileTransform","inputs":2147483647,"features":[0,1,2],"knots":715827882}""",
        """{"type":"QuantileTransform","inputs":2,"features":[],"knots":2}""",
        """{"type":"QuantileTransform","inputs":2,"features":[1,0],"knots":2}""",
        """{"type":"QuantileTransform","inputs":2,"features":[2],"knots":2}""",
        """{"type":"QuantileTransform","inputs":2,"features":null,"knots":2}""",
        """{"type":"QuantileTransform","inputs":2,"features":[0],"knots":1}""",
        """{"type":"ValueIndicators","inputs":2147483647,"features":[{"slot":0,"count":2147483647}],"scaling":0}""",
        """{"type":"ValueIndicators","inputs":2,"features":[{"slot":0,"count":1431655765}],"scaling":1}""",
        """{"type":"ValueIndicators","inputs":2,"features":[{"slot":0,"count":1}],"scaling":null}""",
        """{"type":"ValueIndicators","inputs":2,"features":[{"slot":1,"count":3},{"slot":0,"count":3}],"scaling":null}""",
        """{"type":"ValueIndicators","inputs":2,"features":[{"slot":2,"count":3}],"scaling":null}""",
        """{"type":"ValueIndicators","inputs":2,"features":[],"scaling":null}""",
        """{"type":"ValueIndicators","inputs":2,"features":null,"scaling":null}""",
        """{"type":"ValueIndicators","inputs":2,"features":[{"slot":0,"count":3}],"scaling":7}""",
        """{"type":"SmoothClip","inputs":2,"features":3,"limit":3}""",
        """{"type":"SmoothClip","inputs":2,"features":2,"limit":1e999}""",
        """{"type":"AsinhScaling","inputs":2,"features":3,"scale":3}""",
        """{"type":"AsinhScaling","inputs":2,"features":2,"scale":0}""",
        """{"type":"InputSkip","width":2147483647,"features":2147483647}""",
        """{"type":"ReconstructionResidual","features":2147483647,"reconstructions":2147483647}""",
        """{"type":"WeightedMeanSquare","width":2147483647,"groups":1}""",
        """{"type":"WeightedMeanSquare","width":46341,"groups":46341}""",
        """{"type":"NtkDense","inputs":2147483647,"outputs":2147483647}""",
        """{"type":"GroupedDense","inputs":2147483647,"outputs":2147483647,"groups":2147483647,"ntkParametrization":true}""",
        """{"type":"GroupedDense","inputs":1073741822,"outputs":1073741822,"groups":1073741822,"ntkParametrization":false}""",
        """{"type":"GroupedDense","inputs":2,"outputs":2,"groups":0,"ntkParametrization":false}""",
        """{"type":"GroupedDense","inputs":2,"outputs":3,"groups":2,"ntkParametrization":false}""",
        """{"type":"Replicate","width":2147483647,"ensembleSize":2147483647}""",
        """{"type":"Replicate","width":2,"ensembleSize":-1}""",
        """{"type":"Replicate","width":2,"ensembleSize":1073741821}""",
        """{"type":"PerMember","ensembleSize":2147483647,"each":{"type":"InputScale","width":2147483647}}""",
        """{"type":"PerMember","ensembleSize":1073741821,"each":{"type":"InputScale","width":2}}""",
        """{"type":"PerMember","ensembleSize":2,"each":{"type":"PerMember","ensembleSize":2,"each":{"type":"InputScale","width":1}}}""",
        """{"type":"PerMember","ensembleSize":2,"each":{"type":"SkipConnection","width":1,"length":1}}""",
        """{"type":"PerMember","ensembleSize":2,"each":null}""",
        """{"type":"BatchNormalization","width":2147483647,"momentum":0.1,"epsilon":0.1}""",
    ];

    public static TheoryData<string> Huge => [.. HugeLayers];

    [Theory, MemberData(nameof(Huge))]
    public void A_layer_that_announces_more_than_there_is_is_refused_without_taking_the_memory(string layer)
    {
        Reading.WarmUp();
        var header = JsonNode.Parse(Header)!;
        header["layers"]!.AsArray().Insert(0, JsonNode.Parse(layer));
        SurvivesOrIsRefused(Saved.Forge(header.ToJsonString(), Floats));
        Assert.False(SurvivesOrIsRefused(Saved.Forge(header.ToJsonString(), Floats)), "It was not refused.");
    }

    // Two parameters, and a row of a thousand million numbers.
    [Fact]
    public void Members_without_parameters_of_their_own_are_refused_without_taking_the_memory()
    {
        Reading.WarmUp();
        var header = JsonNode.Parse(Header)!;
        header["layers"] = JsonNode.Parse(
            """
            [{"type":"Dense","inputs":1,"outputs":1},{"type":"Replicate","width":1,"ensembleSize":1000000000},
            {"type":"ActivationLayer","width":1000000000,"activation":{"type":"Tanh"}}]
            """);
        (header["inputsAreStandardized"], header["targetsAreStandardized"]) = (false, false);
        Assert.False(SurvivesOrIsRefused(Saved.Forge(header.ToJsonString(), new byte[8])), "It was not refused.");
    }

    [Fact]
    public void A_header_with_other_values_is_refused_or_makes_a_network_that_predicts()
    {
        Reading.WarmUp();
        var refused = 0;
        Gen.Int.Sample(seed =>
        {
            var random = new RandomSequence(seed, RandomPurpose.Shuffling);
            var header = JsonNode.Parse(Header)!;
            for (var i = random.NextIndex(3); i >= 0; i--) ChangeOneValue(header, random);
            if (!SurvivesOrIsRefused(Saved.Forge(header.ToJsonString(), Floats))) Interlocked.Increment(ref refused);
        }, iter: 3000);
        Assert.InRange(refused, 1000, 2999); // and some changes, such as another learning rate in the history, do no harm
    }

    [Fact]
    public void A_header_with_other_bytes_is_refused_or_makes_a_network_that_predicts()
    {
        Reading.WarmUp();
        Gen.Int.Sample(seed =>
        {
            var random = new RandomSequence(seed, RandomPurpose.Shuffling);
            var header = Encoding.UTF8.GetBytes(Header);
            for (var i = random.NextIndex(4); i >= 0; i--) header[random.NextIndex(header.Length)] = (byte)random.NextBits();
            SurvivesOrIsRefused(Saved.Forge(header, Floats));
        }, iter: 3000);
    }

    [Fact]
    public void Other_numbers_are_refused_or_make_a_network_that_predicts()
    {
        Reading.WarmUp();
        Gen.Int.Sample(seed =>
        {
            var random = new RandomSequence(seed, RandomPurpose.Shuffling);
            byte[] floats = [.. Floats];
            for (var i = random.NextIndex(4); i >= 0; i--)
                BinaryPrimitives.WriteInt32LittleEndian(floats.AsSpan(4 * random.NextIndex(floats.Length / 4)), (int)random.NextBits());
            SurvivesOrIsRefused(Saved.Forge(Header, floats.AsSpan(0, floats.Length - 4 * random.NextIndex(2))));
        }, iter: 3000);
    }

    private static bool SurvivesOrIsRefused(byte[] file)
    {
        var (allocated, result) = Reading.Try(file);
        Assert.InRange(allocated, 0, Reading.MaxBytes);
        return result is not null;
    }

    // Walks down to a random place and puts something else there, takes it away, or adds to it.
    private static void ChangeOneValue(JsonNode node, RandomSequence random)
    {
        var value = JsonNode.Parse(Values[random.NextIndex(Values.Length)]);
        switch (node)
        {
            case JsonObject members when members.Count > 0:
                var key = members.ElementAt(random.NextIndex(members.Count)).Key;
                if (members[key] is JsonObject or JsonArray && random.NextIndex(4) > 0) ChangeOneValue(members[key]!, random);
                else if (random.NextIndex(8) == 0) members.Remove(key);
                else if (random.NextIndex(8) == 0) members["more"] = value;
                else members[key] = value;
                break;
            case JsonArray items when items.Count > 0:
                var index = random.NextIndex(items.Count);
                if (items[index] is not null && random.NextIndex(4) > 0) ChangeOneValue(items[index]!, random);
                else if (random.NextIndex(3) == 0) items.RemoveAt(index);
                else if (random.NextIndex(3) == 0) items.Insert(index, value);
                else items[index] = value;
                break;
        }
    }
}
