using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Grids, averages and curves of single rows against scikit-learn.</summary>
public class DependenceTests
{
    private static readonly Contents Golden = GoldenFile.Read<Contents>("dependence");

    private static readonly int Rows = Golden.Values.Length / Golden.Columns;

    [Fact]
    public void Curves_of_a_linear_model_are_those_of_scikit_learn() =>
        Compare(Golden.Linear.Curves, row => Golden.Linear.Bias + row.Zip(Golden.Linear.Weights, (x, weight) => x * weight).Sum());

    [Fact]
    public void Curves_of_a_tree_are_those_of_scikit_learn() => Compare(Golden.Tree.Curves, row =>
    {
        var (tree, node) = (Golden.Tree, 0);
        while (tree.Left[node] >= 0) node = row[tree.Feature[node]] <= tree.Threshold[node] ? tree.Left[node] : tree.Right[node];
        return tree.Value[node];
    });

    private static void Compare(Curve[] curves, Func<double[], double> model)
    {
        Assert.Equal(Golden.Columns, curves.Length);
        for (var feature = 0; feature < curves.Length; feature++)
        {
            double[] values = [.. Enumerable.Range(0, Rows).Select(row => (double)Row(row)[feature])];
            var grid = ObservedGrid.OfQuantiles(values, 20, 0.05, 0.95);
            Assert.Equal(curves[feature].Grid, grid.Select(row => values[row]));

            float[] predictions = [.. grid.SelectMany(donor => Enumerable.Range(0, Rows).Select(row =>
            {
                double[] varied = [.. Row(row)];
                varied[feature] = values[donor];
                return (float)model(varied);
            }))];
            var curve = PartialDependence.Of(
                "x", "y", false, [.. grid.Select(row => ("", values[row]))], new ReadOnlyMatrix(predictions, grid.Count, Rows), 0.8,
                [.. Enumerable.Range(0, Rows)], [.. Enumerable.Range(0, Rows).Select(row => (long)row)]);

            for (var point = 0; point < grid.Count; point++)
            {
                Assert.Equal(curves[feature].Average[point], curve.Points[point].Mean, 1e-5);
                for (var row = 0; row < Rows; row++)
                    Assert.Equal(curves[feature].Individual[row * grid.Count + point], curve.Curves[row].Values[point], 1e-5);
            }
        }
    }

    private static double[] Row(int row) =>
        [.. Golden.Values.Skip(row * Golden.Columns).Take(Golden.Columns).Select(value => (double)value)];

    private sealed record Contents(int Columns, float[] Values, Linear Linear, Tree Tree);

    private sealed record Linear(double[] Weights, double Bias, Curve[] Curves);

    private sealed record Tree(int[] Left, int[] Right, int[] Feature, double[] Threshold, double[] Value, Curve[] Curves);

    private sealed record Curve(double[] Grid, double[] Average, double[] Individual);
}
