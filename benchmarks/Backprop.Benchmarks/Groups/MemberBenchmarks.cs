using Backprop.Activations;
using Backprop.Benchmarks.Harness;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>An ensemble side by side, against as many single networks one after the other: a step of training, and scoring.</summary>
internal static class MemberBenchmarks
{
    private const int Features = 30, Outputs = 3, Rows = 2048, BatchSize = 256;

    public static void Run(Report report)
    {
        foreach (var members in (int[])[4, 8])
            foreach (var width in (int[])[64, 256])
            {
                var form = new MultilayerPerceptron
                {
                    HiddenLayers = [width, width, width],
                    Activation = new SELU(),
                    InputScale = true,
                    NtkParametrization = true
                };
                foreach (var threads in (int[])[1, 2]) CompareSteps(report, form, members, threads);
                CompareScores(report, form, members);
            }
    }

    private static void CompareSteps(Report report, MultilayerPerceptron form, int members, int threads)
    {
        using var together = Training(form with { EnsembleSize = members }, threads);
        RepeatedSteps[] alone = [.. Enumerable.Range(0, members).Select(_ => Training(form, threads))];
        var times = PairedRun.Compare(together.Learn, () =>
        {
            foreach (var each in alone) each.Learn();
        });
        report.Add(
            $"step of {members} members of {string.Join('-', form.HiddenLayers)}, batch {BatchSize}, {threads} " +
                $"thread{(threads > 1 ? "s" : "")}",
            "one after the other", times, 0.95, threads);
        foreach (var each in alone) each.Dispose();
    }

    private static void CompareScores(Report report, MultilayerPerceptron form, int members)
    {
        const int rows = 256;
        var x = Examples().Features;
        RowScorer together = Trained(form with { EnsembleSize = members }).CreateScorer(rows), alone = Trained(form).CreateScorer(rows);
        var next = 0;
        var times = PairedRun.Compare(() => together.Predict(Examples().Features.RowRange(0, rows)), () =>
        {
            for (var i = 0; i < members; i++) alone.Predict(Examples().Features.RowRange(next = (next + 7) % rows, rows));
        });
        report.Add($"{rows} rows scored by {members} members of {string.Join('-', form.HiddenLayers)}", "one after the other", times, 0.9);
    }

    private static readonly ExampleSet s_examples = RepeatedSteps.Examples(Rows, Features, Outputs);

    private static ExampleSet Examples() => s_examples;

    private static TrainedNetwork Trained(MultilayerPerceptron form)
    {
        var network = form.Build(Features, Outputs);
        return new TrainedNetwork(network, network.Initialize(new NtkNormal(), seed: 1), new SoftmaxCrossEntropy());
    }

    private static RepeatedSteps Training(MultilayerPerceptron form, int threads) =>
        new(form.Build(Features, Outputs), Examples(), new Adam(), BatchSize, threads);
}
