using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>What a trained model says to feature columns that it was not trained on.</summary>
public class ScoringInputTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ScoringInputTests() => _data = _ml.Data.LoadFromEnumerable(Enumerable.Repeat(new OddRow(), 4));

    [Theory]
    [InlineData(nameof(OddRow.Wider), "Vector<Single, 3>")]
    [InlineData(nameof(OddRow.UnknownSize), "Vector<Single>")]
    [InlineData(nameof(OddRow.Doubles), "Vector<Double, 2>")]
    [InlineData(nameof(OddRow.Number), "Single")]
    public void Features_of_another_type_are_refused(string other, string found)
    {
        foreach (var label in new[] { nameof(OddRow.Flag), nameof(OddRow.Key), nameof(OddRow.Number) })
        {
            var model = new BackpropTrainer(_ml, Samples.Quick(label, "Features")).Fit(_data);
            var data = _ml.Transforms.CopyColumns("Features", other).Fit(_data).Transform(_data);
            Refuses(() => model.GetOutputSchema(data.Schema), found);
            Refuses(() => ((ITransformer)model).GetRowToRowMapper(data.Schema), found);
            Refuses(() => model.Transform(data), found);
        }
    }

    private static void Refuses(Action action, string found)
    {
        var problem = Assert.Throws<ArgumentOutOfRangeException>(action);
        Assert.All(["Features", "Vector<Single, 2>", found], word => Assert.Contains(word, problem.Message, StringComparison.Ordinal));
    }
}
