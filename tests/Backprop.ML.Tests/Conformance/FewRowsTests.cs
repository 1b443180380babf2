using Backprop.Optimizers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Data with hardly anything to learn from: the answer then follows from counting.</summary>
public class FewRowsTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Fact]
    public void One_row_is_enough_to_predict_its_value() =>
        Assert.Equal([[42.5f]], Learn(nameof(EdgeRow.Value), new EdgeRow { Features = [1, 2, 3], Value = 42.5f }));

    [Theory, InlineData(true), InlineData(false)]
    public void One_row_is_enough_to_predict_its_flag(bool flag)
    {
        var row = Assert.Single(Learn(nameof(EdgeRow.Flag), new EdgeRow { Features = [1, 2, 3], Flag = flag }));
        Assert.InRange(flag ? row[1] : 1 - row[1], 0.9f, 1f);
    }

    [Theory, InlineData(0u), InlineData(1u), InlineData(2u)]
    public void One_row_is_enough_to_predict_its_class(uint kind)
    {
        var row = Assert.Single(Learn(nameof(EdgeRow.Kind), new EdgeRow { Features = [1, 2, 3], Kind = kind }));
        Assert.InRange(row[kind], 0.9f, 1f);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Where_all_flags_are_the_same_it_is_predicted_everywhere(bool flag)
    {
        var data = Table([.. EdgeRows.Make(30).Select(row => row with { Flag = flag })]);
        var scored = Thorough(nameof(EdgeRow.Flag)).Fit(data).Transform(data);
        Assert.All(scored.GetColumn<bool>("PredictedLabel"), predicted => Assert.Equal(flag, predicted));
        Assert.All(scored.GetColumn<float>("Probability"), probability => Assert.InRange(flag ? probability : 1 - probability, 0.9f, 1f));
    }

    [Fact]
    public void Classes_without_rows_are_never_predicted()
    {
        var data = Table([.. EdgeRows.Make(30).Select(row => row with { Kind = 1 })]);
        var scored = Thorough(nameof(EdgeRow.Kind)).Fit(data).Transform(data);
        Assert.All(scored.GetColumn<uint>("PredictedLabel"), predicted => Assert.Equal(2u, predicted));
        Assert.All(scored.GetColumn<float[]>("Score"), score => Assert.InRange(score[0] + score[2], 0f, 0.1f));
    }

    [Fact]
    public void Constant_features_leave_the_mean_to_predict() =>
        Assert.All(Learn(nameof(EdgeRow.Value), Constant()), score => Assert.Equal(4f, Assert.Single(score), tolerance: 1e-3f));

    [Fact]
    public void Constant_features_leave_the_share_of_true_to_predict() =>
        Assert.All(Learn(nameof(EdgeRow.Flag), Constant()), score => Assert.Equal(0.25f, score[1], tolerance: 1e-3f));

    [Fact]
    public void Constant_features_leave_the_shares_of_the_classes_to_predict() =>
        Assert.All(Learn(nameof(EdgeRow.Kind), Constant()), score =>
        {
            Assert.Equal(0.5f, score[0], tolerance: 1e-3f);
            Assert.Equal(0.25f, score[1], tolerance: 1e-3f);
            Assert.Equal(0.25f, score[2], tolerance: 1e-3f);
        });

    [Theory, MemberData(nameof(Labels))]
    public void A_feature_that_was_constant_has_no_influence(string label)
    {
        EdgeRow[] rows = [.. EdgeRows.Make(30).Select(row => row with { Features = [row.Features[0], 7, row.Features[2]] })];
        EdgeRow[] changed = [.. rows.Select(row => row with { Features = [row.Features[0], -1e6f, row.Features[2]] })];
        var model = EdgeRows.Trainer(_ml, label).Fit(Table(rows));
        Assert.Equal(EdgeRows.Scores(model.Transform(Table(rows))), EdgeRows.Scores(model.Transform(Table(changed))));
    }

    // Half of the rows are of class 0, a quarter is true, and the values 1, 2, 3, 10 have the mean 4.
    private static EdgeRow[] Constant() =>
    [
        new() { Features = [3, 3, 3], Kind = 0, Value = 1 },
        new() { Features = [3, 3, 3], Kind = 0, Value = 2 },
        new() { Features = [3, 3, 3], Kind = 1, Value = 3 },
        new() { Features = [3, 3, 3], Kind = 2, Value = 10, Flag = true },
    ];

    private float[][] Learn(string label, params EdgeRow[] rows) =>
        EdgeRows.Scores(Thorough(label).Fit(Table(rows)).Transform(Table(rows)));

    private BackpropTrainer Thorough(string label) => new(_ml, new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        HiddenLayers = [4],
        Optimizer = new Sgd(),
        LearningRate = 0.5,
        NumberOfIterations = 500,
        BatchSize = BackpropTrainer.FullBatch,
        Seed = 5,
    });

    private IDataView Table(EdgeRow[] rows) => _ml.Data.LoadFromEnumerable(rows);
}
