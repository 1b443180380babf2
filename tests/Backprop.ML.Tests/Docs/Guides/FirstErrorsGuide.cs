#pragma warning disable IDE0005 // the program of the page is in no namespace
#region errors-usings
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
#endregion
#pragma warning restore IDE0005
using System.Text.RegularExpressions;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>The code of docs/start/first-errors.md, and the messages on that page. scripts/first-hour.sh runs the page as a
/// whole.</summary>
public partial class FirstErrorsGuide
{
    [Fact]
    public void The_page_shows_the_messages_of_its_code()
    {
        using var Console = new StringWriter();

        #region errors-train
        void Train(string csv, string label = "Left", int months = 0)
        {
            var ml = new MLContext(seed: 1);
            ml.Log += (_, e) =>
            {
                if (e.Kind == ChannelMessageKind.Warning) Console.WriteLine($"warning: {e.RawMessage}");
            };
            var data = ml.Data.LoadFromTextFile(csv, new TextLoader.Options
            {
                HasHeader = true,
                Separators = [','],
                MissingRealsAsNaNs = true,
                Columns =
                [
                    new TextLoader.Column("Months", DataKind.Single, months),
                    new TextLoader.Column("Fee", DataKind.Single, 1),
                    new TextLoader.Column("Left", DataKind.Boolean, 4),
                ],
            });
            var options = new BackpropTrainer.Options { Preset = Preset.Fast, NumberOfIterations = 5, LabelColumnName = label };
            ml.Transforms.Concatenate("Features", "Months", "Fee")
                .Append(ml.BinaryClassification.Trainers.Backprop(options))
                .Fit(data);
        }
        #endregion

        #region errors-label
        try
        {
            Train("customers.csv", label: "left");
        }
        catch (ArgumentException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion
        AssertOnPage(Console);

        #region errors-text
        Train("customers.csv", months: 3);
        #endregion
        AssertOnPage(Console);

        #region errors-class
        File.WriteAllLines("stayed.csv", File.ReadLines("customers.csv").Where(line => !line.Contains("yes")));
        Train("stayed.csv");
        #endregion
        AssertOnPage(Console);
    }

    // The table of the page: the beginning of each message.
    [Fact]
    public void The_other_messages_are_those_of_the_table()
    {
        var ml = new MLContext(seed: 1);
        IDataView Load(string csv, DataKind fee, DataKind left) => ml.Data.LoadFromTextFile(csv, new TextLoader.Options
        {
            HasHeader = true,
            Separators = [','],
            MissingRealsAsNaNs = true,
            UseThreads = false, // with threads, a later line may be the first to fail
            Columns =
            [
                new TextLoader.Column("Months", DataKind.Single, 0),
                new TextLoader.Column("Fee", fee, 1),
                new TextLoader.Column("Contract", DataKind.Boolean, 3),
                new TextLoader.Column("Left", left, 4),
            ],
        });
        void Fit(IDataView data, BackpropTrainer trainer) =>
            ml.Transforms.Concatenate("Features", "Months", "Fee").Append(trainer).Fit(data);
        var plain = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Left", NumberOfIterations = 1 };
        var binary = ml.BinaryClassification.Trainers.Backprop(plain);
        Action[] mistakes =
        [
            () => Fit(Load("customers.csv", DataKind.Single, DataKind.String), binary),
            () => Fit(Load("customers.csv", DataKind.Single, DataKind.Single), ml.Regression.Trainers.Backprop(plain)),
            () => Fit(Load("customers.csv", DataKind.String, DataKind.Boolean), binary),
            () => _ = Load("customers.csv", DataKind.Single, DataKind.Boolean).GetColumn<bool>("Contract").ToArray(),
            () => _ = Load("customer.csv", DataKind.Single, DataKind.Boolean).GetColumn<bool>("Left").ToArray(),
        ];
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "start", "first-errors.md"));
        string[] told = [.. Row().Matches(page).Select(row => row.Groups[1].Value)];
        Assert.Equal(mistakes.Length, told.Length);
        Assert.All(mistakes.Zip(told), pair =>
            Assert.Contains(pair.Second, Assert.ThrowsAny<Exception>(pair.First).GetBaseException().Message, StringComparison.Ordinal));
    }

    // The pitfalls of the page.
    [Fact]
    public void The_loader_says_nothing_of_texts_empty_cells_and_separators()
    {
        var warnings = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        IDataView Load(string csv, char separator = ',', bool missing = true) => ml.Data.LoadFromTextFile(csv, new TextLoader.Options
        {
            HasHeader = true,
            Separators = [separator],
            MissingRealsAsNaNs = missing,
            Columns =
            [
                new TextLoader.Column("Months", DataKind.Single, 0),
                new TextLoader.Column("Fee", DataKind.Single, 1),
                new TextLoader.Column("Left", DataKind.Boolean, 4),
            ],
        });
        const int empty = 7; // the first row without a fee
        Assert.Equal(float.NaN, Load("customers.csv").GetColumn<float>("Fee").ElementAt(empty));
        Assert.Equal(0, Load("customers.csv", missing: false).GetColumn<float>("Fee").ElementAt(empty));

        File.WriteAllText("text.csv", "Months,Fee,Calls,Contract,Left\nthree,95,4,monthly,1\n12,70,1,yearly,false\n");
        Assert.Equal([float.NaN, 12], Load("text.csv").GetColumn<float>("Months"));
        Assert.Equal([true, false], Load("text.csv").GetColumn<bool>("Left"));
        Assert.Empty(warnings);

        var options = new BackpropTrainer.Options { Preset = Preset.Fast, NumberOfIterations = 1, LabelColumnName = "Left" };
        ml.Transforms.Concatenate("Features", "Months", "Fee").Append(ml.BinaryClassification.Trainers.Backprop(options))
            .Fit(Load("customers.csv", separator: ';'));
        Assert.Contains(warnings, warning => warning.Contains("Without any value: 'Months', 'Fee'.", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("All 300 training rows have the label 'False'", StringComparison.Ordinal));
    }

    private static void AssertOnPage(StringWriter output)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "start", "first-errors.md"));
        var printed = OneLine(output.ToString());
        output.GetStringBuilder().Clear();
        Assert.Contains(printed, TextBlock().Matches(page).Select(block => OneLine(block.Groups[1].Value)));
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();
}
