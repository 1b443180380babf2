using Backprop.Explanations;
using Backprop.Layers;
using Backprop.ML.Tests.Conformance;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Explanations;

/// <summary>The contributions of a row add up to the difference of its score and that of the baseline, for every task and form of
/// data.</summary>
public class CompletenessTests
{
    private const double Tolerance = 1e-3;

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        string[] labels = [
            nameof(SampleRow.Flag), nameof(SampleRow.Key), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags)];
        foreach (var label in labels)
            foreach (var form in (string[])["one network", "default", "categories", "missing", "sparse", "stream"]) cases.Add(label, form);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Contributions_add_up(string label, string form)
    {
        var data = Samples.Table(_ml, 60);
        var model = new BackpropTrainer(_ml, Options(label, form)).Fit(data);
        var scores = FirstScores(model.Transform(data), label);
        var range = scores.Max() - scores.Min();
        foreach (var method in Enum.GetValues<ExplanationMethod>())
        {
            var explanations = model.Explain(data, new ExplanationOptions { Method = method, Orders = 8 });
            Assert.Equal(scores.Length, explanations.Count);
            for (var row = 0; row < scores.Length; row++)
            {
                var explanation = explanations[row];
                var sum = explanation.Columns.Sum(column => column.Contribution);
                Assert.Equal(scores[row], explanation.Score, 1e-5 * Math.Max(1, Math.Abs(scores[row])));
                Assert.Equal(explanation.Score - explanation.BaselineScore, sum, Tolerance * range);
                Assert.Equal(explanation.Score - explanation.BaselineScore - sum, explanation.Residual, 1e-9 * Math.Max(1, range));
            }
        }
        if (form is "one network" or "default" or "stream") AssertBaselineIsTheScoreOfTheMeans(model, label, data);
    }

    // A row of means is a row like any other, so its score shows what the baseline is.
    private void AssertBaselineIsTheScoreOfTheMeans(BackpropTransformer model, string label, IDataView data)
    {
        var features = data.GetColumn<float[]>(nameof(SampleRow.Dense)).ToArray();
        var mean = Enumerable.Range(0, Samples.FeatureCount).Select(j => (float)features.Average(row => (double)row[j])).ToArray();
        var row = Samples.Rows(1)[0];
        row.Dense = mean;
        var explanation = model.Explain(_ml.Data.LoadFromEnumerable([row])).Single();
        Assert.Equal(explanation.Score, explanation.BaselineScore, 1e-4 * Math.Max(1, Math.Abs(explanation.Score)));
        Assert.All(explanation.Columns, column => Assert.Equal(0, column.Contribution, 1e-4 * Math.Max(1, Math.Abs(explanation.Score))));
        Assert.Contains("means of the training data", explanation.Baseline, StringComparison.Ordinal);
        Assert.Equal(label == nameof(SampleRow.Key), explanation.OutputName is "1" or "2" or "3");
    }

    private static BackpropTrainer.Options Options(string label, string form)
    {
        var options = Samples.Quick(label);
        switch (form)
        {
            case "default":
                return new BackpropTrainer.Options
                {
                    LabelColumnName = label,
                    FeatureColumnName = nameof(SampleRow.Dense),
                    HiddenLayers = [16],
                    NumberOfIterations = 20,
                };
            case "categories":
                options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category), nameof(SampleRow.Categories)];
                break;
            case "missing":
                options.FeatureColumnName = nameof(SampleRow.Holes);
                options.MissingValues = MissingValues.Mean;
                break;
            case "sparse":
                options.FeatureColumnName = nameof(SampleRow.Sparse);
                break;
            case "stream":
                options.Caching = DataCaching.Stream;
                break;
        }
        return options;
    }

    // The score that is explained by default: of several classes, that of the predicted class.
    private static float[] FirstScores(IDataView scored, string label) => scored.Schema["Score"].Type is VectorDataViewType
        ? [.. scored.GetColumn<float[]>("Score").Select(scores => label == nameof(SampleRow.Key) ? scores.Max() : scores[0])]
        : [.. scored.GetColumn<float>("Score")];
}
