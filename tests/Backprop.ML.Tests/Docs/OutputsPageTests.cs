using System.Text.RegularExpressions;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tasks;
using Backprop.ML.Tests.Scenarios;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs;

/// <summary>docs/reference/outputs.md says which options the tasks of one and of several outputs refuse or ignore. This is what they
/// do.</summary>
public partial class OutputsPageTests
{
    private static readonly LearningTask[] _tasks =
    [
        LearningTask.Regression, LearningTask.MultiTargetRegression, LearningTask.BinaryClassification,
        LearningTask.MultiLabelClassification,
    ];

    private static readonly string[] _labels = [Synthetic.Value, "Targets", Synthetic.Flag, "Labels"];

    private static readonly Dictionary<string, Action<BackpropTrainer.Options>> _changes = new()
    {
        ["LossFunction = PoissonLoss"] = o => o.LossFunction = new PoissonLoss(),
        ["LossFunction = FocalLoss"] = o => o.LossFunction = new FocalLoss(),
        ["LossFunction = LossPerTarget"] = o => o.LossFunction = o.LabelColumnName == "Labels"
            ? new LossPerTarget(new FocalLoss(), new LogisticLoss())
            : new LossPerTarget(new HuberLoss(), new AbsoluteError()),
        ["NormalizeLabel"] = o => o.NormalizeLabel = false,
        ["ClampPredictions"] = o => o.ClampPredictions = true,
        ["LabelSmoothing"] = o => o.LabelSmoothing = 0.1,
        ["TemperatureScaling"] = o => o.TemperatureScaling = true,
        ["ThresholdMetric"] = o => o.ThresholdMetric = new F1Score(),
        ["ClassWeights"] = o => o.ClassWeights = ClassWeights.Balanced,
        ["PositiveInstanceWeight"] = o => o.PositiveInstanceWeight = 2,
        ["EarlyStopping.Metric = RootMeanSquaredError"] = o => o.EarlyStopping = new EarlyStopping { Metric = new RootMeanSquaredError() },
        ["EarlyStopping.Metric = AreaUnderRocCurve"] = o => o.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() },
        ["PredictionIntervals"] = o => o.PredictionIntervals = new Conformal { Coverage = 0.5 },
        ["Uncertainty"] = o => (o.Uncertainty, o.EnsembleSize) = (true, 2),
        ["OutputBiasPrior"] = o => o.OutputBiasPrior = true,
        ["AddNewClasses"] = o => o.AddNewClasses = true,
        ["AnomalyThreshold"] = o => o.AnomalyThreshold = 0.9,
        ["RowGroupColumnName"] = o => o.RowGroupColumnName = "Group",
    };

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Options => [.. _changes.Keys];

    [Fact]
    public void The_page_lists_these_options() => Assert.Equal(_changes.Keys.Order(), Rows().Keys.Order());

    [Theory, MemberData(nameof(Options))]
    public void Every_cell_of_an_option_is_true(string option)
    {
        for (var i = 0; i < _tasks.Length; i++)
        {
            BackpropTrainer.Options before = Synthetic.Brief(_labels[i]), options = Synthetic.Brief(_labels[i]);
            (before.NumberOfIterations, before.ValidationFraction) = (options.NumberOfIterations, options.ValidationFraction) = (1, 0.5);
            _changes[option](options);
            var problem = Record.Exception(() => options.LossFor(_tasks[i]));
            var cell = Rows()[option][i];
            Assert.True(
                (cell == "refused") == (problem is not null), $"{option}, {_labels[i]}: the page says '{cell}', but: {problem?.Message}");
            if (problem is not null)
            {
                Assert.Contains(option.Split('.', ' ')[0], problem.Message, StringComparison.Ordinal);
                continue;
            }
            var data = Data();
            var (without, with) = (new BackpropTrainer(_ml, before).Fit(data), new BackpropTrainer(_ml, options).Fit(data));
            if (cell == "ignored") Assert.Equal(without.Bits(), with.Bits());
        }
    }

    // An option that the table does not have is accepted by all four tasks.
    [Fact]
    public void All_other_options_are_accepted_by_each_of_the_tasks()
    {
        var listed = _changes.Keys.Select(key => key.Split('.', ' ')[0]).ToHashSet();
        foreach (var (option, change) in OptionReachTests.Changes.Where(each => !listed.Contains(each.Key)))
            for (var i = 0; i < _tasks.Length; i++)
            {
                var options = Synthetic.Brief(_labels[i]);
                change.Apply(options);
                var problem = Record.Exception(() => options.LossFor(_tasks[i]));
                Assert.True(problem is null, $"{option}, {_labels[i]}: {problem?.Message}");
            }
    }

    private IDataView Data()
    {
        var examples = Synthetic.Examples(60);
        foreach (var example in examples) example.Value = Math.Abs(example.Value);
        var prepared = Synthetic.Prepared(_ml, examples);
        return _ml.Transforms.Concatenate("Targets", Synthetic.Value, Synthetic.Weight)
            .Append(_ml.Transforms.Concatenate("Labels", Synthetic.Flag, nameof(Example.Aside))).Fit(prepared).Transform(prepared);
    }

    // The cells of the first table by the text of the first one.
    private static Dictionary<string, string[]> Rows()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "outputs.md"));
        var table = page[page.IndexOf("## Options", StringComparison.Ordinal)..page.IndexOf("## Methods", StringComparison.Ordinal)];
        return Row().Matches(table).Select(match => match.Value.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .ToDictionary(cells => cells[0].Replace("`", "", StringComparison.Ordinal), cells => cells[1..]);
    }

    [GeneratedRegex(@"^\| `.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
