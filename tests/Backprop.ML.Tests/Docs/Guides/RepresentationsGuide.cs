using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class RepresentationsGuide() : GuidePage("representations")
{
    [Fact]
    public void A_network_of_one_label_helps_another_label_with_few_rows()
    {
        var ml = new MLContext(seed: 1);
        IDataView many = Machine.View(ml, 1500, seed: 1), few = Machine.View(ml, 40, seed: 2), test = Machine.View(ml, 1000, seed: 3);
        #region representations-train
        var features = ml.Transforms.Concatenate("Features", "Load", "Speed", "Heat", "Age", "Humidity").Fit(many);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Energy",
            HiddenLayers = [32, 16],
            NumberOfIterations = 40,
            Seed = 1,
        };
        var network = ml.Regression.Trainers.Backprop(options).Fit(features.Transform(many));
        var model = features.Append(network.WithHiddenLayer(-1, "Representation"));
        #endregion
        #region representations-transfer
        double Accuracy(string columnName)
        {
            var linear = ml.BinaryClassification.Trainers.LbfgsLogisticRegression("IsFaulty", columnName).Fit(model.Transform(few));
            return ml.BinaryClassification.Evaluate(linear.Transform(model.Transform(test)), "IsFaulty").Accuracy;
        }
        Console.WriteLine($"accuracy with 40 labels: features {Accuracy("Features"):F2}, representation {Accuracy("Representation"):F2}");
        #endregion
        #region representations-cluster
        var clusters = ml.Clustering.Trainers.KMeans("Representation", numberOfClusters: 4).Fit(model.Transform(many));
        #endregion
        #region representations-retrieve
        var vectors = model.Transform(many).GetColumn<float[]>("Representation").ToArray();
        var wanted = model.Transform(test).GetColumn<float[]>("Representation").First();
        var nearest = vectors.Index().MinBy(row => row.Item.Zip(wanted, (a, b) => (a - b) * (a - b)).Sum()).Index;
        #endregion
        Assert.InRange(Accuracy("Representation") - Accuracy("Features"), 0.1, 0.5);
        Assert.Equal(1500, clusters.Transform(model.Transform(many)).GetColumn<uint>("PredictedLabel").Count());
        var energies = many.GetColumn<float>("Energy").ToArray();
        Assert.Equal(test.GetColumn<float>("Energy").First(), energies[nearest], 1f);
        AssertPrinted();
    }
}
