using System.Globalization;
using System.Text.RegularExpressions;
using Backprop.Activations;
using Backprop.Checking;
using Backprop.Figures;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>The worked example of docs/learn/backpropagation.md.</summary>
public partial class BackpropagationGuide
{
    private static readonly WorkedExample Expected = WorkedExample.Start;

    [Fact]
    public void The_network_agrees_with_the_formulas()
    {
        #region worked-example
        var network = Network.FullyConnected(inputs: 2, hiddenLayers: [2], outputs: 1, new Tanh());
        float[] parameters = [0.2f, 0.4f, 0.1f, -0.5f, 0.1f, 0.2f, 0.6f, -0.5f, 0.1f]; // W by rows, b, v, c
        var x = new ReadOnlyMatrix([1, 2], rows: 1, columns: 2);
        var y = new ReadOnlyMatrix([0], rows: 1, columns: 1);
        var lossFunction = new LogisticLoss();
        var workspace = new Workspace(network, rows: 1);
        var gradient = new float[network.ParameterCount];

        var scores = network.Forward(parameters, x, workspace);                   // z
        var loss = lossFunction.Evaluate(scores, y, workspace.ScoreGradient);     // L, and ∂L/∂z into the workspace
        network.Backward(parameters, x, workspace, gradient);                     // ∂L/∂θ
        new Sgd().Start(network.ParameterCount).Update(parameters, gradient, learningRate: 0.5);
        #endregion

        Assert.Equal(Expected.Loss, loss, 1e-6);
        AssertEqual(Expected.Gradient, gradient);
        AssertEqual(Expected.Next.Parameters, parameters);

        var next = network.Forward(parameters, x, workspace);
        Assert.Equal(Expected.Next.Z, next.Row(0)[0], 1e-6);
        Assert.Equal(Expected.Next.Loss, lossFunction.Evaluate(next, y, workspace.ScoreGradient), 1e-6);
    }

    [Fact]
    public void The_score_and_its_gradient_agree_too()
    {
        var network = Network.FullyConnected(inputs: 2, hiddenLayers: [2], outputs: 1, new Tanh());
        var workspace = new Workspace(network, rows: 1);
        float[] parameters = [.. Expected.Parameters.Select(value => (float)value)];

        var scores = network.Forward(parameters, new ReadOnlyMatrix([1, 2], 1, 2), workspace);
        Assert.Equal(Expected.Z, scores.Row(0)[0], 1e-6);
        new LogisticLoss().Evaluate(scores, new ReadOnlyMatrix([0], 1, 1), workspace.ScoreGradient);
        Assert.Equal(Expected.DZ, workspace.ScoreGradient.Row(0)[0], 1e-6);
        new LogisticLoss().Predict(scores);
        Assert.Equal(Expected.P, scores.Row(0)[0], 1e-6);
    }

    [Fact]
    public void The_gradient_agrees_with_differences()
    {
        var network = Network.FullyConnected(inputs: 2, hiddenLayers: [2], outputs: 1, new Tanh());
        float[] parameters = [.. Expected.Parameters.Select(value => (float)value)];
        var x = new ReadOnlyMatrix([1, 2], rows: 1, columns: 2);
        var y = new ReadOnlyMatrix([0], rows: 1, columns: 1);
        #region gradient-check
        var check = GradientCheck.Run(network, new LogisticLoss(), x, y, parameters);
        Console.WriteLine(check.Passed); // True
        #endregion
        Assert.True(check.Passed, check.ToString());
        Assert.True(check.InDouble);
    }

    // Each row of the tables with results: | name | formula | result |.
    [Fact]
    public void The_page_has_the_values_of_the_network()
    {
        var (e, next) = (Expected, Expected.Next);
        var names =
            "a₁ a₂ h₁ h₂ z p L ∂L/∂z ∂L/∂v₁ ∂L/∂v₂ ∂L/∂c ∂L/∂h₁ ∂L/∂h₂ ∂L/∂a₁ ∂L/∂a₂ " +
            "∂L/∂w₁₁ ∂L/∂w₁₂ ∂L/∂w₂₁ ∂L/∂w₂₂ ∂L/∂b₁ ∂L/∂b₂ w₁₁ w₁₂ w₂₁ w₂₂ b₁ b₂ v₁ v₂ c";
        double[] values =
        [
            .. e.A, .. e.H, e.Z, e.P, e.Loss, e.DZ, .. e.DV, e.DC, .. e.DH, .. e.DA,
            .. e.DW.Cast<double>(), .. e.DB, .. next.Parameters,
        ];
        var expected = names.Split(' ').Zip(values).ToDictionary(value => value.First, value => value.Second);
        Assert.Equal(values.Length, expected.Count);
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "learn", "backpropagation.md"));
        var found = Row().Matches(page).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, value => Assert.Equal(Text(value.Value), found[value.Key]));
        foreach (var value in new[] { next.Z, next.P, next.Loss }) Assert.Contains(Text(value), page);
    }

    private static void AssertEqual(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-6);
    }

    private static string Text(double value) => value.ToString("F4", CultureInfo.InvariantCulture).Replace('-', '−');

    [GeneratedRegex(@"^\| ([^|]+?) \| [^|]+ \| (−?\d\.\d{4}) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
