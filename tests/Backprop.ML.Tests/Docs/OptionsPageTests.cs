namespace Backprop.ML.Tests.Docs;

/// <summary>docs/options.md is what the table of options generates, and short enough to read.</summary>
public class OptionsPageTests
{
    private static readonly string _file = Path.Combine(Repository.Root, "docs", "options.md");

    [Fact]
    public void The_page_is_what_the_table_generates()
    {
        if (Environment.GetEnvironmentVariable("BACKPROP_WRITE_DOCS") == "1") File.WriteAllText(_file, OptionsPage.Write());
        var isSame = File.Exists(_file) && File.ReadAllText(_file) == OptionsPage.Write();
        Assert.True(isSame, "docs/options.md is out of date. Run this test with BACKPROP_WRITE_DOCS=1 to write it.");
    }

    [Fact]
    public void A_sentence_has_at_most_thirty_words() => Assert.All(OptionTable.All, option =>
    {
        var sentence = OptionsPage.SentenceOf(option);
        Assert.EndsWith(".", sentence);
        Assert.True(sentence.Split(' ').Length <= 30, sentence);
    });

    [Fact]
    public void A_cell_has_at_most_eighty_characters() =>
        Assert.All(OptionTable.All.SelectMany(OptionsPage.Cells), cell => Assert.InRange(cell.Length, 1, 80));
}
