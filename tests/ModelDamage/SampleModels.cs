using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ModelDamage;

/// <summary>One saved model, and rows to score.</summary>
/// <param name="Name">What it is called in the report.</param>
/// <param name="File">The zip.</param>
/// <param name="Rows">Rows for the whole pipeline.</param>
/// <param name="Prepared">The same rows as our own step receives them.</param>
public sealed record SampleModel(string Name, byte[] File, IDataView Rows, IDataView Prepared)
{
    public ModelArchive Archive { get; } = ModelArchive.Read(File);
}

/// <summary>Small models of every task, alone and in pipelines; the same on every run.</summary>
public static class SampleModels
{
    private const int RowCount = 60;

    /// <summary>Trains and saves them. Each stands beside a twin of the same shapes that was trained from another seed.</summary>
    public static IReadOnlyList<SampleModel> Make(MLContext ml)
    {
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount).Select(SampleRow.Make).ToArray());
        var few = ml.Data.TakeRows(data, 5);
        var models = new List<SampleModel>();
        foreach (var seed in (int[])[1, 2])
        {
            Alone("binary", nameof(SampleRow.Flag), ChooseThreshold);
            Alone("regression", nameof(SampleRow.Value));
            Alone("several targets", nameof(SampleRow.Values), CalibrateByMembers);
            Alone("several labels", nameof(SampleRow.Flags), options =>
            {
                ChooseThreshold(options);
                Constrain(options);
            });
            var classes = new BackpropTrainer(ml, Options("Class", options => options.CategoricalFeatureColumnNames = ["Place"]));
            Add("pipeline", Keys(ml).Append(classes).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")));
            BackpropTrainer value = new(ml, Options(nameof(SampleRow.Value))), other = new(ml, Options(nameof(SampleRow.Other)));
            Add("two networks", new EstimatorChain<ITransformer>().Append(value).Append(other));

            void Alone(string name, string label, Action<BackpropTrainer.Options>? change = null) =>
                Add(name, new BackpropTrainer(ml, Options(label, change)));

            BackpropTrainer.Options Options(string label, Action<BackpropTrainer.Options>? change = null)
            {
                var options = new BackpropTrainer.Options
                {
                    Preset = Preset.Plain,
                    LabelColumnName = label,
                    HiddenLayers = [4],
                    NumberOfIterations = 2,
                    Seed = seed,
                };
                change?.Invoke(options);
                return options;
            }

            void Add<T>(string name, IEstimator<T> estimator) where T : class, ITransformer
            {
                var model = estimator.Fit(data);
                using var stream = new MemoryStream();
                ml.Model.Save(model, data.Schema, stream);
                models.Add(new SampleModel($"{name}, seed {seed}", stream.ToArray(), few, Keys(ml).Fit(data).Transform(few)));
            }
        }
        return models;

        static void ChooseThreshold(BackpropTrainer.Options options)
        {
            options.ValidationFraction = 0.2;
            options.ThresholdMetric = new F1Score();
        }

        static void Constrain(BackpropTrainer.Options options)
        {
            options.MonotoneConstraints = new MonotoneConstraints { Increasing = ["Features[0]"], Decreasing = ["Features[2]"] };
            options.EnsembleSize = 2;
        }

        static void CalibrateByMembers(BackpropTrainer.Options options)
        {
            (options.EnsembleSize, options.KFoldBagging, options.Uncertainty) = (2, true, true);
            options.PredictionIntervals = new Conformal { Coverage = 0.8 };
            options.LossFunction = new LossPerTarget(new HuberLoss(), new PinballLoss { Quantiles = [0.4] }) { Weights = [1, 2] };
        }
    }

    private static EstimatorChain<Microsoft.ML.Transforms.ValueToKeyMappingTransformer> Keys(MLContext ml) =>
        ml.Transforms.Conversion.MapValueToKey("Class", nameof(SampleRow.Kind))
            .Append(ml.Transforms.Conversion.MapValueToKey("Place", nameof(SampleRow.Town)));

    private sealed class SampleRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public bool Flag { get; set; }

        public string Kind { get; set; } = "";

        public string Town { get; set; } = "";

        public float Value { get; set; }

        public float Other { get; set; }

        [VectorType(2)]
        public float[] Values { get; set; } = [];

        [VectorType(2)]
        public bool[] Flags { get; set; } = [];

        public static SampleRow Make(int i)
        {
            float a = i % 7 - 3, b = i % 11 - 5, c = i % 5 - 2;
            return new SampleRow
            {
                Features = [a, b, c],
                Flag = a + b > c,
                Kind = a > b ? "setosa" : c > 0 ? "versicolor" : "virginica",
                Town = (i % 3) switch { 0 => "Bern", 1 => "Basel", _ => "Chur" },
                Value = 3 * a - c + 10,
                Other = b,
                Values = [a + b, c],
                Flags = [a > 0, b > c],
            };
        }
    }
}
