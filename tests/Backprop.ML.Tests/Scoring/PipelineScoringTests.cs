using Backprop.ML.Tests.Conformance;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>Scored data inside of larger pipelines.</summary>
public class PipelineScoringTests
{
    private readonly MLContext _ml = new(seed: 1);

    // Steps that follow may read in parallel and put the rows in order again.
    [Fact]
    public void Steps_that_follow_see_the_rows_in_order()
    {
        var data = ScoringData.Table(_ml, 1_000);
        var scoring = ScoringData.Model(_ml, ScoringData.Kind);
        var next = _ml.Transforms.NormalizeMinMax("Scaled", "Score")
            .Append(_ml.Transforms.Conversion.MapKeyToVector("Indicators", "PredictedLabel")).Fit(scoring.Transform(data));
        var chain = new TransformerChain<ITransformer>(scoring, next);

        Assert.Equal(ScoredRows.RowByRow(chain, data), ScoredRows.Scanned(chain.Transform(data)));
    }

    [Fact]
    public void A_second_model_adds_columns_of_its_own_beside_those_of_the_first()
    {
        var data = ScoringData.Table(_ml, 300);
        var chain = new TransformerChain<ITransformer>(ScoringData.Model(_ml, ScoringData.Flag), ScoringData.Model(_ml, ScoringData.Value));
        var scored = chain.Transform(data);

        Assert.Equal(2, scored.Schema.Count(column => column.Name == "Score"));
        foreach (var column in scored.Schema)
            Assert.Equal(
                ScoredRows.RowByRow(chain, data, c => c.Index == column.Index), ScoredRows.Scanned(scored, c => c.Index == column.Index));
    }

    // What is called Score is hidden by the model's own Score, and scored nevertheless.
    [Fact]
    public void The_features_may_be_called_Score()
    {
        var data = _ml.Transforms.CopyColumns("Score", "Features").Fit(ScoringData.Table(_ml, 300)).Transform(ScoringData.Table(_ml, 300));
        var model = new BackpropTrainer(_ml, Samples.Quick(ScoringData.Value, features: "Score")).Fit(data);

        Assert.Equal(ScoredRows.RowByRow(model, data), ScoredRows.Scanned(model.Transform(data)));
    }

    // What ML.NET knows nothing of cannot be kept, as here where one object serves all rows; beside it, rows are scored one by one.
    [Fact]
    public void Columns_of_unknown_types_pass_through()
    {
        var source = ScoringData.Table(_ml, 300);
        var data = _ml.Transforms.CustomMapping<ScoringRow, Opaque>((row, opaque) => opaque.Thing.Name = row.Name, contractName: null)
            .Fit(source).Transform(source);
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(data);

        using var cursor = scored.GetRowCursor([scored.Schema["Thing"], scored.Schema["Score"]]);
        var (things, scores) = (cursor.GetGetter<Thing>(scored.Schema["Thing"]), cursor.GetGetter<float>(scored.Schema["Score"]));
        var expected = scored.GetColumn<float>("Score").ToArray();
        Thing thing = new();
        float score = 0;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            things(ref thing);
            scores(ref score);
            Assert.Equal(($"row {row}", expected[row]), (thing.Name, score));
        }
    }

    [Fact]
    public void Cached_and_stored_data_hold_the_scores()
    {
        var scored = ScoringData.Model(_ml, ScoringData.Flag).Transform(ScoringData.Table(_ml, 500));
        DataViewSchema.Column[] columns = [scored.Schema["Score"], scored.Schema["Probability"], scored.Schema["PredictedLabel"]];
        var expected = Cells.Rows(scored, columns);
        using var file = new MemoryStream();
        _ml.Data.SaveAsText(_ml.Transforms.SelectColumns("Score").Fit(scored).Transform(scored), file, schema: false, headerRow: false);
        var lines = System.Text.Encoding.UTF8.GetString(file.ToArray()).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        Assert.Equal(expected, Cells.Rows(_ml.Data.Cache(scored), columns));
        Assert.Equal(expected.Count, lines.Length);
    }

    private sealed class Thing
    {
        public string Name { get; set; } = "";
    }

    private sealed class Opaque
    {
        [Thing]
        public Thing Thing { get; set; } = new();
    }

    private sealed class ThingType() : StructuredDataViewType(typeof(Thing))
    {
        public override bool Equals(DataViewType? other) => other is ThingType;
    }

    [AttributeUsage(AttributeTargets.Property)]
    private sealed class ThingAttribute : DataViewTypeAttribute
    {
        public override bool Equals(DataViewTypeAttribute? other) => other is ThingAttribute;

        public override void Register() => DataViewTypeManager.Register(new ThingType(), typeof(Thing), this);
    }
}
