using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Validation data must have the columns of the training data, with the same types.</summary>
public class ValidationDataTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _training;

    public ValidationDataTests() => _training = _ml.Data.LoadFromEnumerable(Enumerable.Repeat(new OddRow(), 4));

    [Theory]
    [InlineData(nameof(OddRow.Key), nameof(OddRow.OtherKey), "Key<UInt32, 0-2>", "Key<UInt32, 0-3>")]
    [InlineData(nameof(OddRow.Key), nameof(OddRow.Number), "Key<UInt32, 0-2>", "Single")]
    [InlineData(nameof(OddRow.Key), nameof(OddRow.Text), "Key<UInt32, 0-2>", "String")]
    [InlineData(nameof(OddRow.Flag), nameof(OddRow.Number), "Boolean", "Single")]
    [InlineData(nameof(OddRow.Flag), nameof(OddRow.Text), "Boolean", "String")]
    [InlineData(nameof(OddRow.Number), nameof(OddRow.Key), "Single", "Key<UInt32, 0-2>")]
    [InlineData(nameof(OddRow.Number), nameof(OddRow.Double), "Single", "Double")]
    public void Labels_of_another_type_are_refused(string label, string other, string trained, string found) =>
        Refuses(new BackpropTrainer(_ml, Samples.Quick(label, nameof(OddRow.Features))), Replaced(label, other), label, trained, found);

    [Theory]
    [InlineData(nameof(OddRow.Wider), "Vector<Single, 3>")]
    [InlineData(nameof(OddRow.UnknownSize), "Vector<Single>")]
    [InlineData(nameof(OddRow.Doubles), "Vector<Double, 2>")]
    [InlineData(nameof(OddRow.Number), "Single")]
    public void Features_of_another_type_are_refused(string other, string found) =>
        Refuses(
            new BackpropTrainer(_ml, Samples.Quick("Flag", "Features")), Replaced("Features", other), "Features", "Vector<Single, 2>",
            found);

    [Theory]
    [InlineData(nameof(OddRow.Double), "Double")]
    [InlineData(nameof(OddRow.Features), "Vector<Single, 2>")]
    public void Weights_of_another_type_are_refused(string other, string found)
    {
        var trainer = new BackpropTrainer(_ml, Samples.Quick("Flag", "Features", "Number"));
        Refuses(trainer, Replaced("Number", other), "Number", "Single", found);
    }

    [Theory]
    [InlineData("Flag")]
    [InlineData("Features")]
    [InlineData("Number")]
    public void A_missing_column_is_named(string column)
    {
        var validation = _ml.Transforms.DropColumns(column).Fit(_training).Transform(_training);
        Refuses(new BackpropTrainer(_ml, Samples.Quick("Flag", "Features", "Number")), validation, $"'{column}'");
    }

    [Fact]
    public void Nothing_to_train_on_is_refused() =>
        Assert.Throws<ArgumentNullException>(
            "trainData", () => new BackpropTrainer(_ml, Samples.Quick("Key", "Features")).Fit(null!, _training));

    [Fact]
    public void Data_like_the_training_data_is_accepted() =>
        Assert.NotNull(
            new BackpropTrainer(_ml, Samples.Quick("Key", "Features", "Number")).Fit(_training, _training).Model.History[0].ValidationLoss);

    private IDataView Replaced(string column, string by) => _ml.Transforms.CopyColumns(column, by).Fit(_training).Transform(_training);

    private void Refuses(BackpropTrainer trainer, IDataView validation, params string[] words)
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(_training, validation));
        Assert.All(words, word => Assert.Contains(word, problem.Message, StringComparison.Ordinal));
    }
}
