using Backprop.Figures;

namespace Backprop.ML.Tests.Docs;

/// <summary>docs/figures holds what scripts/Figures writes.</summary>
public class FiguresTests
{
    private static readonly Lazy<string[]> _pages = new(() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md")).Select(File.ReadAllText)]);

    private static string Folder => Path.Combine(Repository.Root, "docs", "figures");

    public static TheoryData<string> Drawn => [.. FigureList.Drawn.Keys];

    [Theory, MemberData(nameof(Drawn))]
    public void A_drawn_figure_is_up_to_date(string name)
    {
        var stored = File.ReadAllText(Path.Combine(Folder, name + ".svg")).ReplaceLineEndings("\n");
        Assert.True(stored == FigureList.Drawn[name](), $"Write it again: dotnet run -c Release --project scripts/Figures -- {name}");
    }

    // The measured figures need training, and processors differ in the last bit of a loss: their content is not compared.
    [Fact]
    public void All_figures_are_there_and_no_others() =>
        Assert.Equal(
            FigureList.Drawn.Keys.Concat(FigureList.Measured.Keys).Order(StringComparer.Ordinal),
            Directory.GetFiles(Folder).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void A_figure_is_an_svg_with_text_and_a_background_of_its_own()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.svg"))
        {
            var svg = System.Xml.Linq.XDocument.Load(file).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            Assert.Contains(svg.Elements(), element => element.Name.LocalName == "text");
            Assert.Equal("rect", svg.Elements().First(element => element.Name.LocalName != "defs").Name.LocalName);
        }
    }

    [Fact]
    public void The_logo_is_square_and_the_icon_of_the_site()
    {
        var site = File.ReadAllText(Path.Combine(Repository.Root, "docs", "docfx.json"));
        Assert.Contains("\"_appLogoPath\": \"logo.svg\"", site, StringComparison.Ordinal);
        Assert.Contains("\"_appFaviconPath\": \"logo.svg\"", site, StringComparison.Ordinal);
        var logo = System.Xml.Linq.XDocument.Load(Path.Combine(Repository.Root, "docs", "logo.svg")).Root!;
        Assert.Equal(logo.Attribute("width")!.Value, logo.Attribute("height")!.Value);
    }

    [Fact]
    public void Every_figure_is_in_a_page() =>
        Assert.All(Directory.GetFiles(Folder, "*.svg"), file =>
            Assert.Contains(_pages.Value, page => page.Contains($"figures/{Path.GetFileName(file)})", StringComparison.Ordinal)));
}
