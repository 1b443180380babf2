using CsCheck;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>A model file that was damaged on its way is refused by <c>ml.Model.Load</c>, and the innermost reason is a <see cref="FormatException"/>.</summary>
public class DamagedModelTests
{
    private static readonly MLContext _ml = new(seed: 1);
    private static readonly IDataView _data = _ml.Data.LoadFromEnumerable(EdgeRows.Make(20));
    private static readonly ModelZip _regression = Save(nameof(EdgeRow.Value)), _binary = Save(nameof(EdgeRow.Flag));

    [Fact]
    public void A_flipped_bit_in_the_network_is_noticed() =>
        Gen.Select(Gen.Int[0, Network.Length - 1], Gen.Int[0, 7]).Sample((position, bit) =>
        {
            byte[] content = [.. Network];
            content[position] ^= (byte)(1 << bit);
            Refuse(_regression.With(ModelZip.Network, content));
        }, iter: 400);

    [Fact]
    public void A_truncated_network_is_noticed() =>
        Gen.Int[0, Network.Length - 1].Sample(length => Refuse(_regression.With(ModelZip.Network, Network[..length])), iter: 200);

    [Fact]
    public void A_network_with_something_behind_it_is_noticed() =>
        Gen.Byte.Array[1, 100].Sample(tail => Refuse(_regression.With(ModelZip.Network, [.. Network, .. tail])), iter: 100);

    [Fact]
    public void A_network_with_a_piece_missing_or_repeated_is_noticed() =>
        Gen.Select(Gen.Int[0, Network.Length - 50], Gen.Int[1, 50], Gen.Bool).Sample((position, length, repeated) =>
        {
            var end = position + length;
            Refuse(_regression.With(ModelZip.Network, repeated ? [.. Network[..end], .. Network[position..]] : [.. Network[..position], .. Network[end..]]));
        }, iter: 200);

    [Fact]
    public void A_model_without_its_network_is_refused() =>
        Assert.Contains("no entry 'Network'", Refuse(_regression.Without(ModelZip.Network)), StringComparison.Ordinal);

    [Fact]
    public void The_network_of_another_task_is_refused() =>
        Assert.Contains("LogisticLoss {", Refuse(_regression.With(ModelZip.Network, _binary[ModelZip.Network])), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_task_is_refused() => Assert.Contains(
        "'Procession'; known are BinaryClassification, MulticlassClassification, Regression",
        Refuse(_regression.WithWord(ModelZip.Model, "Regression", "Procession")), StringComparison.Ordinal);

    [Fact]
    public void A_label_column_that_the_training_data_did_not_have_is_refused() =>
        Assert.Contains("no label column 'Valve'", Refuse(_regression.WithWord(ModelZip.Transformer, "Value", "Valve")), StringComparison.Ordinal);

    // Otherwise every refusal could come from the taking apart and putting together.
    [Fact]
    public void An_undamaged_model_is_loaded() => Assert.IsType<BackpropTransformer>(_regression.With(ModelZip.Network, [.. Network]).Load(_ml));

    private static byte[] Network => _regression[ModelZip.Network];

    private static string Refuse(ModelZip zip)
    {
        var problem = Assert.ThrowsAny<Exception>(() => zip.Load(_ml));
        return Assert.IsType<FormatException>(problem.GetBaseException()).Message;
    }

    private static ModelZip Save(string label) => ModelZip.Save(_ml, EdgeRows.Trainer(_ml, label).Fit(_data), _data);
}
