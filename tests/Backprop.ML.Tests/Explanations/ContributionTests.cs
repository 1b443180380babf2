using Backprop.ML.Tests.Conformance;
using Backprop.ML.Tests.Scenarios;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Explanations;

/// <summary>ML.NET's <c>CalculateFeatureContribution</c>.</summary>
public class ContributionTests
{
    private const string Column = "FeatureContributions";

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels =>
    [
        nameof(SampleRow.Flag), nameof(SampleRow.Key), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags),
    ];

    [Theory, MemberData(nameof(Labels))]
    public void Contributions_are_those_of_Explain(string label)
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Samples.Quick(label)).Fit(data);
        var contributions = Contributions(model, data, normalize: false);
        var explanations = model.Explain(data);
        for (var row = 0; row < explanations.Count; row++)
            foreach (var column in explanations[row].Columns)
                Assert.Equal(column.Contribution, contributions[row][column.Name[^2] - '0'], 1e-6);
    }

    [Fact]
    public void The_largest_and_the_smallest_are_kept_and_normalized()
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Samples.Quick(nameof(SampleRow.Value))).Fit(data);
        float[][] all = Contributions(model, data, normalize: false), some = Contributions(model, data, top: 1, bottom: 1, normalize: true);
        for (var row = 0; row < all.Length; row++)
        {
            var scale = new[] { all[row].Max(), -all[row].Min(), 0 }.Max();
            for (var j = 0; j < all[row].Length; j++)
            {
                var isKept = (all[row][j] > 0 && all[row][j] == all[row].Max()) || (all[row][j] < 0 && all[row][j] == all[row].Min());
                Assert.Equal(isKept ? all[row][j] / scale : 0, some[row][j], 1e-5);
            }
        }
    }

    // Slots that are always 0 are no inputs of the network, but slots of the column.
    [Fact]
    public void The_vector_has_a_value_for_every_slot_of_a_wide_column()
    {
        const int width = 3000;
        var random = new Random(3);
        Wide[] rows = [.. Enumerable.Range(0, 60).Select(_ => Wide.Draw(random, width))];
        var schema = SchemaDefinition.Create(typeof(Wide));
        schema[nameof(Wide.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        var data = _ml.Data.LoadFromEnumerable(rows, schema);
        var model = new BackpropTrainer(_ml, new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = nameof(Wide.Value),
            HiddenLayers = [6],
            NumberOfIterations = 5,
        }).Fit(data);
        Assert.InRange(model.Model.Network.Network.Inputs, 1, width - 1);
        var scores = model.Transform(data).GetColumn<float>("Score").ToArray();
        var contributions = Contributions(model, data, top: width, bottom: width, normalize: false);
        var baselines = contributions.Select((row, i) => scores[i] - row.Sum(each => (double)each)).ToArray();
        Assert.All(contributions, row => Assert.Equal(width, row.Length));
        Assert.All(baselines, baseline => Assert.Equal(baselines[0], baseline, 1e-3 * (scores.Max() - scores.Min())));
        HashSet<int> used = [.. rows.SelectMany(row => row.Features.GetIndices().ToArray())];
        Assert.All(contributions[0].Index().Where(each => !used.Contains(each.Index)), each => Assert.Equal(0, each.Item));
    }

    [Fact]
    public void A_saved_chain_and_a_prediction_engine_compute_the_same()
    {
        var data = Samples.Table(_ml);
        var model = new BackpropTrainer(_ml, Samples.Quick(nameof(SampleRow.Flag))).Fit(data);
        var chain = new TransformerChain<ITransformer>(
            model, _ml.Transforms.CalculateFeatureContribution(model, normalize: false).Fit(model.Transform(data)));
        var expected = chain.Transform(data).GetColumn<float[]>(Column).ToArray();
        var loaded = _ml.SaveAndLoad(chain, data.Schema);
        Assert.Equal(expected, loaded.Transform(data).GetColumn<float[]>(Column));
        using var engine = _ml.Model.CreatePredictionEngine<SampleRow, Contributed>(loaded);
        Assert.Equal(expected, Samples.Rows().Select(row => engine.Predict(row).FeatureContributions));
    }

    [Fact]
    public void Category_columns_are_refused_with_advice()
    {
        var data = Samples.Table(_ml);
        var options = Samples.Quick(nameof(SampleRow.Value));
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category)];
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var problem = Assert.ThrowsAny<Exception>(() => Contributions(model, data)).GetBaseException();
        Assert.IsType<InvalidOperationException>(problem);
        Assert.Contains("'Category'", problem.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(BackpropTransformer.Explain), problem.Message, StringComparison.Ordinal);
    }

    private float[][] Contributions(BackpropTransformer model, IDataView data, int top = 10, int bottom = 10, bool normalize = true)
    {
        var scored = model.Transform(data);
        var estimator = _ml.Transforms.CalculateFeatureContribution(model, top, bottom, normalize);
        return [.. estimator.Fit(scored).Transform(scored).GetColumn<float[]>(Column)];
    }

    private sealed class Contributed
    {
        public float[] FeatureContributions { get; set; } = [];
    }

    private sealed class Wide
    {
        public VBuffer<float> Features { get; set; }

        public float Value { get; set; }

        public static Wide Draw(Random random, int width)
        {
            int[] slots = [.. Enumerable.Range(0, 12).Select(_ => 2 * random.Next(width / 2)).Distinct().Order()];
            float[] values = [.. slots.Select(_ => random.NextSingle())];
            return new Wide { Features = new VBuffer<float>(width, slots.Length, values, slots), Value = values.Sum() + slots[0] / 1000f };
        }
    }
}
