using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Partial dependence, curves of single rows and interactions: of known functions, of every task, of other trainers.</summary>
public class DependenceTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Of_a_sum_each_curve_is_its_own_term_plus_the_mean_of_the_others()
    {
        var points = Point.Many(80);
        var curve = Dependence(Additive, points, nameof(Point.A), new PartialDependenceOptions { GridSize = 7 });
        Assert.Equal(nameof(Point.A), curve.Column);
        Assert.Equal("Score", curve.Output);
        Assert.Equal(80, curve.Rows);
        Assert.Equal(7, curve.Points.Count);
        Assert.False(curve.IsCategory);
        var others = points.Average(point => -2 * point.B + EffectOf(point.Town));
        foreach (var point in curve.Points)
        {
            Assert.Equal(3 * point.Value * point.Value + others, point.Mean, 1e-5);
            Assert.Contains(points, row => row.A == point.Value);
            // The effect is the same for all rows.
            Assert.Equal(point.CenteredMean, point.CenteredLower, 1e-5);
            Assert.Equal(point.CenteredMean, point.CenteredUpper, 1e-5);
            Assert.True(point.Lower < point.Mean && point.Mean < point.Upper);
        }
        Assert.Equal(curve.Points.Select(point => point.Value).Order(), curve.Points.Select(point => point.Value));
    }

    [Fact]
    public void Categories_are_points_of_their_own()
    {
        var points = Point.Many(80);
        points[3].Town = ""; // missing
        var curve = Dependence(Additive, points, nameof(Point.Town));
        Assert.True(curve.IsCategory);
        Assert.Equal(["Bern", "Oslo", "Rome"], curve.Points.Select(point => point.Text).Order());
        Assert.All(curve.Points, point => Assert.Equal(double.NaN, point.Value));
        var counts = curve.Points.Select(point => points.Count(row => row.Town == point.Text)).ToArray();
        Assert.Equal(counts.OrderDescending(), counts);
        foreach (var point in curve.Points.Skip(1))
            Assert.Equal(EffectOf(point.Text) - EffectOf(curve.Points[0].Text), point.CenteredMean, 1e-5);
        Assert.Equal(2, Dependence(Additive, points, nameof(Point.Town), new PartialDependenceOptions { GridSize = 2 }).Points.Count);
    }

    [Fact]
    public void Of_a_product_the_curves_of_rows_are_lines_whose_gradient_is_the_other_factor()
    {
        var points = Point.Many(60);
        var curve = Dependence(point => point.A * point.B, points, nameof(Point.A), new PartialDependenceOptions { NumberOfCurves = 10 });
        Assert.Equal(10, curve.Curves.Count);
        Assert.Equal(10, curve.Curves.Select(one => one.Row).Distinct().Count());
        foreach (var one in curve.Curves)
            for (var i = 0; i < curve.Points.Count; i++)
                Assert.Equal(curve.Points[i].Value * points[one.Row].B, one.Values[i], 1e-5);
        // Every row is between the bands at the last point, but for a fifth.
        var last = curve.Points[^1];
        var differences = points.Select(point => (last.Value - curve.Points[0].Value) * point.B).ToArray();
        Assert.InRange(differences.Count(d => d >= last.CenteredLower - 1e-5 && d <= last.CenteredUpper + 1e-5), 48, 49);
    }

    [Fact]
    public void Of_a_sum_nothing_interacts()
    {
        var report = Interactions(Additive, Point.Many(50), ("A", "B"), ("A", "Town"));
        Assert.Equal(3, report.Columns.Count);
        Assert.Equal(2, report.Pairs.Count);
        Assert.All(report.Columns.Concat(report.Pairs), one => Assert.InRange(one.H, 0, 1e-5));
    }

    // On the full grid of a and b, the effects are orthogonal: the interaction (a − ā)(b − b̄) has the variance Va·Vb, the product has
    // Va·Vb + ā²·Vb + b̄²·Va.
    [Fact]
    public void Of_a_product_H_has_a_closed_form()
    {
        float[] a = [1, 2, 3, 7], b = [-1, 0, 4];
        Point[] points = [.. a.SelectMany(one => b.Select(other => new Point { A = one, B = other, Town = "Rome" }))];
        double ma = a.Average(), mb = b.Average();
        double va = a.Average(one => (one - ma) * (one - ma)), vb = b.Average(one => (one - mb) * (one - mb));
        var expected = Math.Sqrt(va * vb / (va * vb + ma * ma * vb + mb * mb * va));

        var report = Interactions(point => point.A * point.B, points, ("A", "B"));
        var pair = Assert.Single(report.Pairs);
        Assert.Equal(("A", "B"), (pair.Column, pair.Other));
        Assert.Equal(expected, pair.H, 1e-5);
        Assert.Equal(Math.Sqrt(va * vb), pair.StandardDeviation, 1e-5);
        Assert.Equal(["A", "B"], report.Columns.Take(2).Select(one => one.Column).Order());
        Assert.All(report.Columns.Take(2), one => Assert.Equal(expected, one.H, 1e-5));
        Assert.Equal(("Town", 0), (report.Columns[2].Column, Math.Round(report.Columns[2].H, 5)));
        Assert.All(report.Columns, one => Assert.Null(one.Other));
    }

    // By the definition, with all averages written out.
    [Fact]
    public void H_is_that_of_an_enumeration()
    {
        var points = Point.Many(25);
        double F(float a, float b, string town) => Math.Sin(3 * a) * b + a * EffectOf(town);
        var n = points.Length;
        double[] fa = [.. points.Select(i => points.Average(z => F(i.A, z.B, z.Town)))];
        double[] ft = [.. points.Select(i => points.Average(z => F(z.A, z.B, i.Town)))];
        double[] fat = [.. points.Select(i => points.Average(z => F(i.A, z.B, i.Town)))];
        double[] rest = [.. points.Select(i => points.Average(z => F(z.A, i.B, i.Town)))];
        double[] f = [.. points.Select(i => F(i.A, i.B, i.Town))];
        double H(double[] joint, double[] first, double[] second) => Math.Sqrt(
            Enumerable.Range(0, n).Sum(i => Math.Pow(
                joint[i] - joint.Average() - first[i] + first.Average() - second[i] + second.Average(), 2))
            / joint.Sum(value => Math.Pow(value - joint.Average(), 2)));

        var report = Interactions(point => (float)F(point.A, point.B, point.Town), points, ("A", "Town"));
        Assert.Equal(H(fat, fa, ft), report.Pairs[0].H, 1e-5);
        Assert.Equal(H(f, fa, rest), report.Columns.Single(one => one.Column == "A").H, 1e-5);
    }

    [Theory, ClassData(typeof(EveryTask))]
    public void A_curve_is_the_mean_of_predictions_for_replaced_values(string label)
    {
        var examples = Synthetic.Examples(60);
        var data = Synthetic.Prepared(_ml, examples);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(data);
        var output = label == Synthetic.Kind ? "middle" : null;
        var curve = _ml.Model.PartialDependence(model, data, nameof(Example.Main), new PartialDependenceOptions
        {
            GridSize = 4,
            OutputName = output,
        });

        foreach (var point in curve.Points)
        {
            var replaced = examples.Select(example =>
            {
                var copy = Copy(example);
                copy.Main = (float)point.Value;
                return copy;
            });
            var scored = model.Transform(Synthetic.Prepared(_ml, replaced));
            var expected = label switch
            {
                Synthetic.Flag => scored.GetColumn<float>("Probability"),
                Synthetic.Value => scored.GetColumn<float>("Score"),
                _ => scored.GetColumn<float[]>("Score").Select(scores => scores[2]), // high, low, middle
            };
            Assert.Equal(expected.Average(), point.Mean, 1e-5);
        }
        Assert.Equal(output ?? (label == Synthetic.Flag ? "Probability" : "Score"), curve.Output);
    }

    [Fact]
    public void Outputs_of_several_targets_and_labels_are_chosen_by_name()
    {
        var data = Shop.View(_ml, Shop.Many(80));
        var model = new BackpropTrainer(_ml, Shop.Options("Both")).Fit(data);
        var names = SlotNamesOf(model.Transform(data).Schema["Score"]);
        var curve = _ml.Model.PartialDependence(model, data, "CityKey", new PartialDependenceOptions { OutputName = names[1] });
        Assert.Equal(names[1], curve.Output);
        Assert.Equal(Shop.Cities, curve.Points.Select(point => point.Text).Order());
        Assert.NotEqual(
            curve.Points[1].Mean,
            _ml.Model.PartialDependence(model, data, "CityKey", new PartialDependenceOptions { OutputName = names[0] }).Points[1].Mean);
        Assert.Contains(names[0], Message(() => _ml.Model.PartialDependence(model, data, "CityKey")), StringComparison.Ordinal);

        var labels = _ml.Data.LoadFromEnumerable(Point.Many(60));
        var prepared = _ml.Transforms.Concatenate("Features", "A", "B").Fit(labels).Transform(labels);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = nameof(Point.Marks),
            HiddenLayers = [4],
            NumberOfIterations = 5,
            Seed = 1,
        };
        var multiLabel = new BackpropTrainer(_ml, options).Fit(prepared);
        var marks = _ml.Model.PartialDependence(multiLabel, prepared, "A", new PartialDependenceOptions { OutputName = "1" });
        Assert.All(marks.Points, point => Assert.InRange(point.Mean, 0, 1)); // probabilities
    }

    [Fact]
    public void A_chain_is_varied_in_the_columns_before_its_preparation_and_other_trainers_work_too()
    {
        var data = _ml.Data.LoadFromEnumerable(Point.Many(200));
        var chain = _ml.Transforms.Categorical.OneHotEncoding("TownVector", nameof(Point.Town))
            .Append(_ml.Transforms.Concatenate("Features", "A", "B", "TownVector"))
            .Append(_ml.Regression.Trainers.Sdca(nameof(Point.Value), maximumNumberOfIterations: 5))
            .Fit(data);
        var weights = chain.LastTransformer.Model.Weights;

        var curve = _ml.Model.PartialDependence(chain, data, "A");
        foreach (var point in curve.Points)
            Assert.Equal(weights[0] * (point.Value - curve.Points[0].Value), point.CenteredMean, 1e-4);
        Assert.Equal(["Bern", "Oslo", "Rome"],
            _ml.Model.PartialDependence(chain, data, "Town").Points.Select(point => point.Text).Order());
        Assert.All(_ml.Model.Interactions(chain, data).Columns, column => Assert.InRange(column.H, 0, 1e-4));
        Assert.Equal(["A", "B", "Town"], _ml.Model.Interactions(chain, data).Columns.Select(column => column.Column).Order());

        // The last step alone reads slots of the features.
        var prepared = chain.Transform(data);
        var ofSlot = _ml.Model.PartialDependence(chain.LastTransformer, prepared, "A");
        Assert.Equal(curve.Points.Select(point => point.Mean), ofSlot.Points.Select(point => point.Mean));
        var vector = _ml.Model.Interactions(chain.LastTransformer, prepared, new InteractionOptions { Columns = ["Features"] });
        Assert.Equal(0, Assert.Single(vector.Columns).H, 1e-4);
    }

    [Fact]
    public void Rows_are_a_sample_that_only_the_seed_decides_on()
    {
        var points = Point.Many(300);
        PartialDependenceOptions Options(int seed) => new() { MaximumRows = 40, NumberOfCurves = 100, Seed = seed };
        var first = Dependence(Additive, points, "A", Options(1));
        Assert.Equal(40, first.Rows);
        Assert.Equal(40, first.Curves.Count);
        Assert.Equal(first.Points, Dependence(Additive, points, "A", Options(1)).Points);
        Assert.NotEqual(first.Points, Dependence(Additive, points, "A", Options(2)).Points);
        Assert.InRange(first.Curves.Max(curve => curve.Row), 200, 299);
        Assert.InRange(first.Curves.Min(curve => curve.Row), 0, 100);
        // Every curve is that of its row.
        foreach (var curve in first.Curves)
            Assert.Equal(
                3 * Math.Pow(first.Points[2].Value, 2) - 2 * points[curve.Row].B + EffectOf(points[curve.Row].Town), curve.Values[2], 1e-5);
    }

    [Fact]
    public void Missing_values_are_no_points_and_rows_without_a_prediction_are_skipped()
    {
        var points = Point.Many(50);
        points[0].A = float.NaN;
        points[1].B = float.NaN;
        var curve = Dependence(Additive, points, "A");
        Assert.Equal(49, curve.Rows); // the row without B
        Assert.All(curve.Points, point => Assert.True(double.IsFinite(point.Value) && double.IsFinite(point.Mean)));
        Assert.Equal(48, Interactions(Additive, points).Rows);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var points = Point.Many(20);
        foreach (var point in points) point.B = 4;
        var data = _ml.Data.LoadFromEnumerable(points);
        var function = Function(Additive);

        Assert.Contains("one value (4)", Message(() => Dependence(Additive, points, "B")), StringComparison.Ordinal);
        var unknown = Message(() => _ml.Model.PartialDependence(function, data, "C"));
        Assert.Contains("'C'", unknown, StringComparison.Ordinal);
        Assert.Contains("'A', 'B', 'Town'", unknown, StringComparison.Ordinal);
        Assert.Contains("'Probability'", Message(() => Dependence(
            Additive, points, "A", new PartialDependenceOptions { OutputColumnName = "Probability" })), StringComparison.Ordinal);
        Assert.Contains("one output", Message(() => Dependence(
            Additive, points, "A", new PartialDependenceOptions { OutputName = "x" })), StringComparison.Ordinal);
        Assert.Contains("in common", Message(() => Interactions(Additive, points, ("A", "A"))), StringComparison.Ordinal);
        Assert.Contains("0 of 20 rows", Assert.ThrowsAny<InvalidOperationException>(
            () => Dependence(_ => float.NaN, points, "A")).Message, StringComparison.Ordinal);
        foreach (var (name, options) in new (string, PartialDependenceOptions)[]
        {
            ("GridSize", new() { GridSize = 1 }), ("LowerQuantile", new() { LowerQuantile = 0.95 }),
            ("UpperQuantile", new() { UpperQuantile = 2 }), ("Coverage", new() { Coverage = 1 }),
            ("NumberOfCurves", new() { NumberOfCurves = -1 }), ("MaximumRows", new() { MaximumRows = 1 }),
        })
            Assert.Contains(name, Message(() => Dependence(Additive, points, "A", options)), StringComparison.Ordinal);
        Assert.Contains("MaximumRows", Message(() => _ml.Model.Interactions(function, data, new InteractionOptions { MaximumRows = 1 })),
            StringComparison.Ordinal);

        var prepared = _ml.Transforms.Concatenate("Features", "A", "B").Fit(data).Transform(data);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(nameof(Point.Value))).Fit(prepared);
        var vector = Message(() => _ml.Model.PartialDependence(model, prepared, "Features"));
        Assert.Contains("slots: 'A', 'B'", vector, StringComparison.Ordinal);
        var overlapping = new InteractionOptions { Pairs = [("Features", "B")] };
        Assert.Contains("in common", Message(() => _ml.Model.Interactions(model, prepared, overlapping)), StringComparison.Ordinal);
    }

    private static float Additive(Point point) => 3 * point.A * point.A - 2 * point.B + EffectOf(point.Town);

    private static float EffectOf(string town) => town switch { "Bern" => 1, "Oslo" => -2, "Rome" => 5, _ => 0 };

    private Backprop.Metrics.PartialDependence Dependence(
        Func<Point, float> function, Point[] points, string column, PartialDependenceOptions? options = null) =>
        _ml.Model.PartialDependence(Function(function), _ml.Data.LoadFromEnumerable(points), column, options);

    private InteractionReport Interactions(Func<Point, float> function, Point[] points, params (string, string)[] pairs) =>
        _ml.Model.Interactions(Function(function), _ml.Data.LoadFromEnumerable(points), new InteractionOptions { Pairs = pairs });

    // A model that is a known function of three columns.
    private CustomMappingTransformer<Inputs, Output> Function(Func<Point, float> function) =>
        _ml.Transforms.CustomMapping<Inputs, Output>(
            (point, output) => output.Score = function(new Point { A = point.A, B = point.B, Town = point.Town }), contractName: null)
        .Fit(_ml.Data.LoadFromEnumerable(new Point[1] { new() }));

    private static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    private static string[] SlotNamesOf(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Example Copy(Example example) => new()
    {
        Main = example.Main,
        Side = example.Side,
        Noise = example.Noise,
        Value = example.Value,
        Flag = example.Flag,
        Aside = example.Aside,
        Kind = example.Kind,
    };

    private sealed class Inputs
    {
        public float A { get; set; }

        public float B { get; set; }

        public string Town { get; set; } = "";
    }

    private sealed class Output
    {
        public float Score { get; set; }
    }

    private sealed class Point
    {
        public float A { get; set; }

        public float B { get; set; }

        public string Town { get; set; } = "";

        public float Value { get; set; }

        public string C { get; set; } = "";

        [VectorType(2)]
        public bool[] Marks { get; set; } = [false, false];

        public static Point[] Many(int count)
        {
            var random = new Random(5);
            return [.. Enumerable.Range(0, count).Select(_ =>
            {
                float a = 2 * random.NextSingle() - 1, b = random.NextSingle();
                string[] towns = ["Bern", "Oslo", "Rome"];
                var town = towns[random.Next(3)];
                return new Point { A = a, B = b, Town = town, Value = a - b + random.NextSingle(), Marks = [a > 0, b > a] };
            })];
        }
    }
}
