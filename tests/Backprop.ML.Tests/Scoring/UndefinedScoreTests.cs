using Backprop.Layers;
using Backprop.ML.Tests.Scenarios;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scoring;

/// <summary>A view warns once of the rows that it scores as NaN.</summary>
public class UndefinedScoreTests
{
    private const string Missing = "The score of 3 of 40 rows is NaN: a feature is missing or infinite. Replace these values, or train "
        + "with MissingValues.Median.";

    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public UndefinedScoreTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.RawMessage);
    };

    [Fact]
    public void Each_view_warns_once()
    {
        var model = Fit(MissingValues.Skip);
        var data = WithGaps(float.NaN);
        var first = model.Transform(data);
        Assert.Empty(_warnings);
        Assert.Equal(3, first.GetColumn<float>("Score").Count(float.IsNaN));
        Assert.Equal([Missing], _warnings);
        _ = first.GetColumn<float>("Score").Count();
        Assert.Single(_warnings);
        _ = model.Transform(data).GetColumn<float>("Score").Count();
        Assert.Equal([Missing, Missing], _warnings);
    }

    [Fact]
    public void Several_cursors_count_together()
    {
        var scored = Fit(MissingValues.Skip).Transform(WithGaps(float.NaN));
        var cursors = scored.GetRowCursorSet([scored.Schema["Score"]], 3);
        Parallel.ForEach(cursors, cursor =>
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<float>(scored.Schema["Score"]);
                float score = 0;
                while (cursor.MoveNext()) getter(ref score);
            }
        });
        Assert.Equal([Missing], _warnings);
    }

    [Fact]
    public void Infinite_features_have_no_score_with_imputation()
    {
        var model = Fit(MissingValues.Median);
        Assert.DoesNotContain(model.Transform(WithGaps(float.NaN)).GetColumn<float>("Score"), float.IsNaN);
        Assert.Empty(_warnings);
        Assert.Equal(3, model.Transform(WithGaps(float.PositiveInfinity)).GetColumn<float>("Score").Count(float.IsNaN));
        Assert.Equal("The score of 3 of 40 rows is NaN: a feature is infinite. Replace these values.", Assert.Single(_warnings));
    }

    [Fact]
    public void Columns_of_the_input_are_not_scored()
    {
        var scored = Fit(MissingValues.Skip).Transform(WithGaps(float.NaN));
        Assert.Equal(40, scored.GetColumn<float>(Synthetic.Value).Count());
        Assert.Empty(_warnings);
    }

    private BackpropTransformer Fit(MissingValues missing)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.MissingValues = missing;
        return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, Synthetic.Examples(50)));
    }

    private IDataView WithGaps(float value)
    {
        var rows = Synthetic.Examples(40);
        foreach (var row in new[] { 0, 17, 39 }) rows[row].Main = value;
        return Synthetic.Prepared(_ml, rows);
    }
}
