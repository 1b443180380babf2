namespace Backprop.ML.Tests.Docs;

/// <summary>docs/reference/options.md is what the table of options generates, and short enough to read.</summary>
public class OptionsPageTests
{
    private static readonly string[] _parts = ["summary", "remarks", "value"];
    private static readonly string _file = Path.Combine(Repository.Root, "docs", "reference", "options.md");

    [Fact]
    public void The_page_is_what_the_table_generates()
    {
        if (Environment.GetEnvironmentVariable("BACKPROP_WRITE_DOCS") == "1") File.WriteAllText(_file, OptionsPage.Write());
        var isSame = File.Exists(_file) && File.ReadAllText(_file) == OptionsPage.Write();
        Assert.True(isSame, "docs/reference/options.md is out of date. Run this test with BACKPROP_WRITE_DOCS=1 to write it.");
    }

    [Fact]
    public void A_sentence_has_at_most_thirty_words() => Assert.All(OptionTable.All, option =>
    {
        Assert.EndsWith(".", OptionsPage.SentenceOf(option));
        var text = string.Join(' ', _parts.Select(part => OptionsPage.CommentOf(option, part)));
        Assert.All(text.Split(". "), sentence => Assert.True(sentence.Split(' ').Length <= 30, sentence));
    });

    [Fact]
    public void The_doc_comment_has_the_default_and_the_range_of_the_table() => Assert.All(OptionTable.All, option =>
    {
        var value = OptionsPage.CommentOf(option, "value");
        var isShort = option.Default is null or bool or int or double or int[];
        var ofPlain = $"`Preset.Plain` has {option.Print(option.Default)}";
        if (isShort && option.IsOfPreset) Assert.Contains(ofPlain, value, StringComparison.OrdinalIgnoreCase);
        else if (isShort) Assert.StartsWith(option.Print(option.Default), value, StringComparison.OrdinalIgnoreCase);
        if (isShort && option.Allowed is not null)
            Assert.Contains(option.Allowed!, value.Replace("`", ""), StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void A_cell_has_at_most_eighty_characters() =>
        Assert.All(
            OptionTable.All.SelectMany(OptionsPage.Cells).Concat(OptionTable.All.Where(option => option.IsOfPreset)
                .SelectMany(OptionsPage.PresetCells)),
            cell => Assert.InRange(cell.Length, 1, 80));

    [Fact]
    public void Values_of_an_option_are_in_the_namespace_of_its_type() =>
        Assert.All(OptionsPage.NamedTypes().Where(type => type.Assembly.GetName().Name!.StartsWith("Backprop", StringComparison.Ordinal)),
            type => Assert.All(type.Assembly.GetExportedTypes().Where(type.IsAssignableFrom),
                kind => Assert.Equal(type.Namespace, kind.Namespace)));
}
