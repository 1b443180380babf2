using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Checksums prove nothing about who made them: where all are right, the parts of a file must still fit each other.</summary>
public class ForgedModelTests
{
    private static readonly MLContext _ml = new(seed: 1);
    private static readonly IDataView _data = Samples.Table(_ml);

    private static readonly ModelZip
        _regression = Save(nameof(SampleRow.Value)), _binary = Save(nameof(SampleRow.Flag)), _classes = Save(nameof(SampleRow.Key));

    [Fact]
    public void The_network_of_another_task_is_refused() =>
        Assert.Contains("LogisticLoss {", Refuse(_regression.With(ModelZip.Network, _binary[ModelZip.Network])), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_task_is_refused() => Assert.Contains(
        "'Procession'; known are BinaryClassification, MulticlassClassification, Regression",
        Refuse(_regression.WithWord(ModelZip.Model, "Regression", "Procession")), StringComparison.Ordinal);

    [Theory]
    [InlineData("label", "Value", "Valve")]
    [InlineData("feature", "Dense", "Tense")]
    public void A_column_that_the_training_data_did_not_have_is_refused(string role, string column, string other) =>
        Assert.Contains(
            $"no {role} column '{other}'", Refuse(_regression.WithWord(ModelZip.Transformer, column, other)), StringComparison.Ordinal);

    [Fact]
    public void A_network_with_other_inputs_than_the_training_schema_is_refused_with_both_numbers()
    {
        var withCategories = Samples.Quick(nameof(SampleRow.Value));
        withCategories.CategoricalFeatureColumnNames = [nameof(SampleRow.Categories)];
        var six = Save(withCategories);
        Assert.Contains(
            "has 6 inputs and 1 outputs, but its columns have 4 and 1",
            Refuse(Exchanged(_regression, six)), StringComparison.Ordinal);
        Assert.Contains(
            "has 4 inputs and 1 outputs, but its columns have 6 and 1",
            Refuse(Exchanged(six, _regression)), StringComparison.Ordinal);
        Assert.Contains(
            "its category columns are none, but it has key values of 'Categories'",
            Refuse(Exchanged(_regression, six).With(ModelZip.Model, six[ModelZip.Model])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_with_another_number_of_classes_than_the_label_is_refused()
    {
        var header = Header(_classes[ModelZip.Network]).Replace("\"outputs\":3", "\"outputs\":2", StringComparison.Ordinal);
        var (kept, dropped) = (4 * 4 + 4 + 4 * 2 + 2, 4 + 1); // of three classes, one has its weights and its bias no more
        var two = _classes.With(ModelZip.Network, WithHeader(_classes[ModelZip.Network], header, kept, dropped));
        Assert.Contains("and 2 outputs, but its columns have 4 and 3", Refuse(two), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_column_of_another_type_than_the_task_needs_is_refused() => Assert.Contains(
        "label column 'Flag' of its training schema is Boolean; its task Regression needs Single",
        Refuse(_regression.With(ModelZip.Transformer, _binary[ModelZip.Transformer])), StringComparison.Ordinal);

    // One flipped bit of the number that says which string is the name of the features made the label a feature.
    [Fact]
    public void A_feature_column_of_another_type_is_refused()
    {
        byte[] key = [.. _regression[ModelZip.Transformer]];
        key[256] ^= 1;
        Assert.Contains(
            "feature column 'Value' of its training schema is Single, not a vector of Single",
            Refuse(_regression.With(ModelZip.Transformer, key)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_threshold_that_is_not_finite_is_refused(float threshold)
    {
        byte[] key = [.. _binary[ModelZip.Transformer]];
        BinaryPrimitives.WriteSingleLittleEndian(key.AsSpan(256 + 12), threshold); // behind two names and a count
        Assert.Contains("has the threshold", Refuse(_binary.With(ModelZip.Transformer, key)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"type\":\"ReLU\"", "\"type\":\"Relu\"")]
    [InlineData("\"outputs\":4", "\"outputs\":-4")]
    [InlineData("\"bestEpoch\":2", "\"bestEpoch\":7")]
    [InlineData("\"bestEpoch\":2", "\"bestEpoch\":2,\"temperature\":0")]
    public void A_header_that_contradicts_itself_is_refused(string words, string others)
    {
        var header = Header(_regression[ModelZip.Network]);
        Assert.Contains(words, header, StringComparison.Ordinal);
        var network = WithHeader(_regression[ModelZip.Network], header.Replace(words, others, StringComparison.Ordinal));
        Assert.Contains("contradicts itself", Refuse(_regression.With(ModelZip.Network, network)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resealed_model_is_loaded() => Assert.IsType<BackpropTransformer>(_regression.Resealed().Load(_ml));

    private static string Refuse(ModelZip zip)
    {
        var problem = Assert.ThrowsAny<Exception>(() => zip.Resealed().Load(_ml));
        return Assert.IsType<FormatException>(problem.GetBaseException()).Message;
    }

    private static ModelZip Exchanged(ModelZip zip, ModelZip other) => zip.With(ModelZip.Network, other[ModelZip.Network]);

    private static string Header(byte[] network) =>
        Encoding.UTF8.GetString(network, 20, BinaryPrimitives.ReadInt32LittleEndian(network.AsSpan(12)));

    // Also without some of the numbers.
    private static byte[] WithHeader(byte[] network, string header, int kept = 0, int dropped = 0)
    {
        var numbers = network[(20 + BinaryPrimitives.ReadInt32LittleEndian(network.AsSpan(12)))..^SHA256.HashSizeInBytes];
        byte[] body = [.. network[..20], .. Encoding.UTF8.GetBytes(header), .. numbers[..(4 * kept)], .. numbers[(4 * (kept + dropped))..]];
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(12), Encoding.UTF8.GetByteCount(header));
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), numbers.Length / 4 - dropped);
        return [.. body, .. SHA256.HashData(body)];
    }

    private static ModelZip Save(string label) => Save(Samples.Quick(label));

    private static ModelZip Save(BackpropTrainer.Options options) =>
        ModelZip.Save(_ml, new BackpropTrainer(_ml, options).Fit(_data), _data);
}
