namespace Backprop.ML.Tests;

/// <summary>QuickStart on files of the user's: what it can do it does, what the user can mend it says in one line.</summary>
public class QuickStartTests
{
    // A hundred rows whose label follows the number, and columns to go wrong with.
    private static readonly string Table = "number,text,label,rare,same,missing,id\n" + string.Concat(Enumerable.Range(0, 100).Select(i =>
        FormattableString.Invariant(
            $"{i * 37 % 100},{"abc"[i % 3]},{(i * 37 % 100 < 50 ? "low" : "high")},{(i == 50 ? 1 : 0)},7,{(i == 3 ? "?" : "2.5")},{i}\n")));

    [Theory]
    [InlineData("--label label", "Option --data is missing")]
    [InlineData("--data", "Option --data needs a value")]
    [InlineData("--colour red", "Unknown option '--colour'")]
    [InlineData("--data table.csv --label label --task ranking", "Unknown task 'ranking'; allowed are binary, multiclass, regression")]
    [InlineData("--data nowhere.csv --label label", "The file 'nowhere.csv' does not exist")]
    [InlineData("--data empty.csv --label label", "The file 'empty.csv' is empty")]
    [InlineData("--data header.csv --label label", "has a header and no rows")]
    [InlineData("--data lonely.csv --label label", "no usable column besides the label")]
    [InlineData("--data table.csv --label Label", "There is no column 'Label'")]
    [InlineData("--data table.csv --label label --task regression", "needs a label of numbers; 'label' has values such as high, low")]
    [InlineData("--data table.csv --label text --task binary", "needs a label with two values; 'text' has 3: a, b, c")]
    [InlineData("--data table.csv --label same", "has the same value '7' in every row")]
    [InlineData("--data table.csv --label missing", "has no value in 1 of 100 rows")]
    [InlineData("--data table.csv --label rare", "do not have two different values of 'rare'")]
    [InlineData("--data table.csv --label id --task multiclass", "needs several rows of every class")]
    public void What_the_user_can_mend_is_one_line_and_exit_code_2(string arguments, string message)
    {
        using var quickStart = new QuickStartProcess();
        File.WriteAllText(quickStart.PathOf("table.csv"), Table);
        File.WriteAllText(quickStart.PathOf("empty.csv"), "");
        File.WriteAllText(quickStart.PathOf("header.csv"), "number,label\n");
        File.WriteAllText(quickStart.PathOf("lonely.csv"), "label\n" + string.Concat(Enumerable.Repeat("low\nhigh\n", 20)));

        Assert.Equal(2, quickStart.Run(arguments.Split(' ')));
        Assert.Contains(message, Assert.Single(quickStart.Errors.TrimEnd().Split('\n')));
    }

    [Fact]
    public void A_model_that_cannot_be_saved_is_one_line_and_exit_code_2()
    {
        using var quickStart = new QuickStartProcess();
        Directory.CreateDirectory(quickStart.PathOf("model.zip"));

        Assert.Equal(2, quickStart.Run());
        Assert.Contains("model.zip", Assert.Single(quickStart.Errors.TrimEnd().Split('\n')));
    }

    [Theory]
    [InlineData("label", "predicting 'label': binary (chosen", "'low' counts as positive, 'high' as negative")]
    [InlineData("text", "predicting 'text': multiclass (chosen", "features: 5 of numbers, 1 of text, one-hot encoded: label")]
    [InlineData("id", "predicting 'id': regression (chosen", "column 'missing': 1 missing values, replaced by the mean")]
    public void The_task_follows_from_the_labels_values(string label, string choice, string remark)
    {
        using var quickStart = new QuickStartProcess();
        File.WriteAllText(quickStart.PathOf("table.csv"), Table);

        Assert.Equal(0, quickStart.Run("--data", "table.csv", "--label", label));
        Assert.Contains(choice, quickStart.Output);
        Assert.Contains(remark, quickStart.Output);
        Assert.Contains("epoch 100: loss", quickStart.Output);
        Assert.Contains("for the first held-out row: ", quickStart.Output);
        Assert.True(File.Exists(quickStart.PathOf("model.zip")));
    }

    [Fact]
    public void Quoted_names_and_values_may_contain_commas()
    {
        using var quickStart = new QuickStartProcess();
        var rows = Enumerable.Range(0, 100).Select(i => $"{i},\"{(i < 50 ? "few, or none" : "many")}\"\n");
        File.WriteAllText(quickStart.PathOf("table.csv"), "\"number, counted\",\"how much\"\n" + string.Concat(rows));

        Assert.Equal(0, quickStart.Run("--data", "table.csv", "--label", "how much"));
        Assert.Contains("'many' counts as positive, 'few, or none' as negative", quickStart.Output);
    }
}
