using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Presets;

/// <summary>A rule-like target must not be smoothed away in silence.</summary>
public class UnderfittingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public UnderfittingTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning && message.Message.Contains("Underfitted", StringComparison.Ordinal))
            _warnings.Add(message.Message);
    };

    [Fact]
    public void A_rule_that_is_only_just_being_found_at_the_end_is_warned_of_with_numbers()
    {
        var model = FitHands(10_000);
        var warning = Assert.Single(_warnings);
        Assert.Contains(
            "Try more epochs (NumberOfIterations was 30) or less dropout (Dropout was 0.15).", warning, StringComparison.Ordinal);
        Assert.Matches(
            @"training loss was 1\.\d+ and the held-out loss 1\.\d+\. The best constant prediction has 1\.\d+, a perfect one 0\.[45]\d*",
            warning);
        Assert.Equal(30, model.Model.History.Count);
    }

    [Theory]
    [InlineData(new uint[] { 7, 7, 7, 7, 2 }, 7, null)]
    [InlineData(new uint[] { 7, 7, 7, 2, 2 }, 6, null)]
    [InlineData(new uint[] { 1, 2, 3, 4, 5 }, 4, 8u)]
    [InlineData(new uint[] { 9, 12, 11, 0, 10 }, 4, 9u)]
    [InlineData(new uint[] { 7, 7, 7, 2, 3 }, 3, null)]
    [InlineData(new uint[] { 7, 2, 7, 2, 3 }, 2, null)]
    [InlineData(new uint[] { 7, 1, 2, 3, 7 }, 1, null)]
    [InlineData(new uint[] { 0, 2, 10, 11, 12 }, 0, 5u)]
    public void Hands_are_what_their_cards_say(uint[] ranks, uint hand, uint? ofOneSuit)
    {
        Assert.Equal(hand, PokerHands.RankOf([0, 1, 2, 3, 0], ranks));
        if (ofOneSuit is { } flush) Assert.Equal(flush, PokerHands.RankOf([2, 2, 2, 2, 2], ranks));
    }

    [Theory, InlineData("Default"), InlineData("Fast")]
    public void Ordinary_data_is_not_warned_of(string preset)
    {
        TextLoader.Column[] columns = [new("Features", DataKind.Single, 0, 3), new("Species", DataKind.String, 4)];
        var data = _ml.Data.LoadFromTextFile(
            Path.Combine(Repository.Root, "examples", "QuickStart", "iris.csv"), columns, ',', hasHeader: true);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.All.Single(each => each.Name == preset),
            Seed = 1,
            HiddenLayers = [32, 32]
        };
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label", "Species").Append(new BackpropTrainer(_ml, options));
        chain.Fit(data);
        Assert.Empty(_warnings);
    }

    private BackpropTransformer FitHands(int hands)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Fast,
            CategoricalFeatureColumnNames = PokerHands.Columns,
            HiddenLayers = [48, 48, 48],
            Seed = 1
        };
        return new BackpropTrainer(_ml, options).Fit(PokerHands.Draw(_ml, hands, seed: 12));
    }
}
