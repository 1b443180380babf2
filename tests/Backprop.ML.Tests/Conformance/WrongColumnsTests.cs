using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Columns of the wrong type are refused before training and by <c>Fit</c>, with a message that says which, what was found and
/// what is allowed.</summary>
public class WrongColumnsTests
{
    private const string AnyLabel = "Boolean or Key<UInt32> or Single or Vector<Single> or Vector<Boolean>", FeatureType = "Vector<Single>";

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public WrongColumnsTests() => _data = _ml.Data.LoadFromEnumerable(Enumerable.Repeat(new OddRow(), 4));

    [Theory]
    [InlineData(nameof(OddRow.Text), "String")]
    [InlineData(nameof(OddRow.Double), "Double")]
    [InlineData(nameof(OddRow.Integer), "Int32")]
    [InlineData(nameof(OddRow.Date), "DateTime")]
    [InlineData(nameof(OddRow.UnknownSize), "VarVector<Single>")]
    [InlineData(nameof(OddRow.ByteKey), "Key<Byte>")]
    [InlineData(nameof(OddRow.LongKey), "Key<UInt64>")]
    public void A_label_of_no_task_is_refused(string label, string found)
    {
        Refuses(new BackpropTrainer(_ml, label), "label", label, AnyLabel, found);
        Refuses(_ml.BinaryClassification.Trainers.Backprop(label), "label", label, "Boolean", found);
        Refuses(_ml.MulticlassClassification.Trainers.Backprop(label), "label", label, "Key<UInt32> or Vector<Boolean>", found);
        Refuses(_ml.Regression.Trainers.Backprop(label), "label", label, "Single", found);
    }

    [Theory]
    [InlineData(nameof(OddRow.Flag), "Boolean")]
    [InlineData(nameof(OddRow.Key), "Key<UInt32>")]
    [InlineData(nameof(OddRow.Number), "Single")]
    [InlineData(nameof(OddRow.Features), "Vector<Single>")]
    [InlineData(nameof(OddRow.Flags), "Vector<Boolean>")]
    public void A_trainer_of_a_catalog_refuses_the_labels_of_other_tasks(string label, string found)
    {
        if (label != nameof(OddRow.Flag)) Refuses(_ml.BinaryClassification.Trainers.Backprop(label), "label", label, "Boolean", found);
        if (label is not (nameof(OddRow.Key) or nameof(OddRow.Flags)))
            Refuses(_ml.MulticlassClassification.Trainers.Backprop(label), "label", label, "Key<UInt32> or Vector<Boolean>", found);
        if (label is not (nameof(OddRow.Number) or nameof(OddRow.Features)))
            Refuses(_ml.Regression.Trainers.Backprop(label), "label", label, "Single or Vector<Single>", found);
    }

    [Theory]
    [InlineData(nameof(OddRow.Number), "Single")]
    [InlineData(nameof(OddRow.Doubles), "Vector<Double>")]
    [InlineData(nameof(OddRow.UnknownSize), "VarVector<Single>")]
    [InlineData(nameof(OddRow.Flags), "Vector<Boolean>")]
    [InlineData(nameof(OddRow.Text), "String")]
    public void Features_other_than_a_vector_of_Single_of_known_size_are_refused(string features, string found)
    {
        foreach (var label in new[] { nameof(OddRow.Flag), nameof(OddRow.Key), nameof(OddRow.Number) })
            Refuses(new BackpropTrainer(_ml, label, features), "feature", features, FeatureType, found);
    }

    [Theory]
    [InlineData(nameof(OddRow.Double), "Double")]
    [InlineData(nameof(OddRow.Features), "Vector<Single>")]
    [InlineData(nameof(OddRow.Flag), "Boolean")]
    [InlineData(nameof(OddRow.Key), "Key<UInt32>")]
    [InlineData(nameof(OddRow.Text), "String")]
    public void A_weight_other_than_a_Single_is_refused(string weight, string found) =>
        Refuses(new BackpropTrainer(_ml, nameof(OddRow.Number), exampleWeightColumnName: weight), "weight", weight, "Single", found);

    [Theory]
    [InlineData("label")]
    [InlineData("feature")]
    [InlineData("weight")]
    public void A_missing_column_is_named(string role)
    {
        var trainer = new BackpropTrainer(_ml,
            role == "label" ? "Absent" : nameof(OddRow.Number), role == "feature" ? "Absent" : nameof(OddRow.Features),
                role == "weight" ? "Absent" : null);
        Refuses(trainer, role, "'Absent'");
    }

    [Fact]
    public void A_key_that_counts_no_classes_is_refused_by_Fit()
    {
        var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, nameof(OddRow.OpenKey)).Fit(_data));
        Mentions(problem, "abel", nameof(OddRow.OpenKey), "4294967295");
    }

    private void Refuses(BackpropTrainer trainer, params string[] words)
    {
        Mentions(Assert.Throws<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(SchemaText.Shape(_data.Schema))), words);
        Mentions(Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(_data)), words);
    }

    private static void Mentions(Exception problem, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, problem.Message, StringComparison.Ordinal));
}
