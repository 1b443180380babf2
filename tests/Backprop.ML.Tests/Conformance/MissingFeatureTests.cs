using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Rows with missing features are scored as ML.NET's linear models score them: the score is missing too, and the rows around them
/// notice nothing.</summary>
public class MissingFeatureTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly EdgeRow[] _good = EdgeRows.Make(12);
    private readonly IDataView _gaps, _filled;

    public MissingFeatureTests()
    {
        _filled = _ml.Data.LoadFromEnumerable(_good);
        _gaps = _ml.Data.LoadFromEnumerable(
            _good.Select(row => IsMissing(row.Index) ? row with { Features = [row.Features[0], float.NaN, row.Features[2]] } : row));
    }

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Theory, MemberData(nameof(Labels))]
    public void The_score_is_missing_where_a_feature_is_and_only_there(string label)
    {
        var model = EdgeRows.Trainer(_ml, label).Fit(_filled);
        float[][] whole = EdgeRows.Scores(model.Transform(_filled)), withGaps = EdgeRows.Scores(model.Transform(_gaps));
        Assert.Equal(whole.Length, withGaps.Length);
        for (var row = 0; row < whole.Length; row++)
            Assert.Equal(IsMissing(row) ? [.. whole[row].Select(_ => float.NaN)] : whole[row], withGaps[row]);
    }

    [Fact]
    public void Binary_classification_predicts_what_LbfgsLogisticRegression_does()
    {
        var ours = EdgeRows.Trainer(_ml, nameof(EdgeRow.Flag)).Fit(_filled).Transform(_gaps);
        var theirs = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(nameof(EdgeRow.Flag)).Fit(_filled).Transform(_gaps);
        Assert.Equal(Missing(theirs.GetColumn<float>("Score")), Missing(ours.GetColumn<float>("Score")));
        Assert.Equal(Missing(theirs.GetColumn<float>("Probability")), Missing(ours.GetColumn<float>("Probability")));
        Assert.Equal(Missing(theirs.GetColumn<bool>("PredictedLabel")), Missing(ours.GetColumn<bool>("PredictedLabel")));
    }

    [Fact]
    public void Multiclass_classification_predicts_what_LbfgsMaximumEntropy_does()
    {
        var ours = EdgeRows.Trainer(_ml, nameof(EdgeRow.Kind)).Fit(_filled).Transform(_gaps);
        var theirs = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(nameof(EdgeRow.Kind)).Fit(_filled).Transform(_gaps);
        Assert.Equal(Missing(theirs.GetColumn<float[]>("Score")), Missing(ours.GetColumn<float[]>("Score")));
        Assert.Equal(Missing(theirs.GetColumn<uint>("PredictedLabel")), Missing(ours.GetColumn<uint>("PredictedLabel")));
    }

    [Fact]
    public void Regression_predicts_what_OnlineGradientDescent_does()
    {
        var ours = EdgeRows.Trainer(_ml, nameof(EdgeRow.Value)).Fit(_filled).Transform(_gaps);
        var theirs = _ml.Regression.Trainers.OnlineGradientDescent(nameof(EdgeRow.Value)).Fit(_filled).Transform(_gaps);
        Assert.Equal(Missing(theirs.GetColumn<float>("Score")), Missing(ours.GetColumn<float>("Score")));
    }

    private static bool IsMissing(int row) => row is 0 or 5 or 6 or 11;

    private static T[] Missing<T>(IEnumerable<T> column) => [.. column.Where((_, row) => IsMissing(row))];
}
