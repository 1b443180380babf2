using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class CategoriesAndMissingValuesGuide() : GuidePage("categories-and-missing-values")
{
    [Fact]
    public void A_key_column_is_a_feature()
    {
        var (ml, train, test) = Parcel.Split(train: 60);
        #region categories-train
        var pipeline = ml.Transforms.Conversion.MapValueToKey("CarrierKey", "Carrier")
            .Append(ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops"))
            .Append(ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
            {
                LabelColumnName = "Days",
                CategoricalFeatureColumnNames = ["CarrierKey"],
                HiddenLayers = [32, 32],
            }));
        var model = pipeline.Fit(train);
        #endregion
        var layers = model.LastTransformer.Model.Network.Network.Layers;
        Assert.Contains(layers, layer => layer is OneHotEncoding);
        Assert.InRange(ml.Regression.Evaluate(model.Transform(test), "Days").RSquared, 0.6, 1);
        var unknown = ml.Data.LoadFromEnumerable(new[] { new Parcel { Distance = 100, Carrier = "Dingo" } });
        Assert.True(float.IsFinite(model.Transform(unknown).GetColumn<float>("Score").Single()));
    }

    [Fact]
    public void Features_may_be_absent()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        #region categories-only
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            FeatureColumnName = null,
            CategoricalFeatureColumnNames = ["CarrierKey", "DepotKey"],
        };
        #endregion
        var model = ml.Transforms.Conversion.MapValueToKey([new("CarrierKey", "Carrier"), new("DepotKey", "Depot")])
            .Append(ml.Regression.Trainers.Backprop(options)).Fit(train);
        Assert.Contains(model.LastTransformer.Model.Network.Network.Layers, layer => layer is EntityEmbedding);
    }

    [Fact]
    public void Missing_values_are_imputed_or_skipped()
    {
        var ml = new MLContext(seed: 1);
        var warnings = Warnings(ml);
        var rows = Parcel.Many(60);
        foreach (var row in rows.Take(10)) row.Distance = float.NaN;
        var data = ml.Data.LoadFromEnumerable(rows);
        #region missing-options
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            MissingValues = MissingValues.Median,
        };
        #endregion
        IEstimator<ITransformer> Pipeline() =>
            ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Append(ml.Regression.Trainers.Backprop(options));

        var model = Pipeline().Fit(data);
        var scores = model.Transform(data).GetColumn<float>("Score");
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
        Assert.Empty(warnings);
        var another = ml.Data.LoadFromEnumerable(new[] { new Parcel { Weight = float.NaN, Distance = 100 } });
        Assert.True(float.IsFinite(model.Transform(another).GetColumn<float>("Score").Single()));

        another = ml.Data.LoadFromEnumerable(new[] { new Parcel { Weight = float.PositiveInfinity, Distance = 100 } });
        Assert.True(float.IsNaN(model.Transform(another).GetColumn<float>("Score").Single()));
        warnings.Clear();

        options.MissingValues = MissingValues.Skip;
        scores = Pipeline().Fit(data).Transform(data).GetColumn<float>("Score");
        Assert.Equal(10, scores.Count(float.IsNaN));
        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, AssertQuoted);
    }

    [Fact]
    public void An_empty_cell_is_0_unless_the_loader_is_told()
    {
        var ml = new MLContext(seed: 1);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "Weight,Distance\n1.5,100\n2.5,\n");
            #region missing-load
            var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
            {
                HasHeader = true,
                Separators = [','],
                MissingRealsAsNaNs = true,
                Columns = [new("Weight", DataKind.Single, 0), new("Distance", DataKind.Single, 1)],
            });
            #endregion
            Assert.Equal([100, float.NaN], data.GetColumn<float>("Distance"));
            data = ml.Data.LoadFromTextFile(
                path, [new("Weight", DataKind.Single, 0), new("Distance", DataKind.Single, 1)], ',', hasHeader: true);
            Assert.Equal([100, 0], data.GetColumn<float>("Distance"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
