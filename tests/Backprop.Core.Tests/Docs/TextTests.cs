using System.Text.RegularExpressions;

namespace Backprop.Core.Tests.Docs;

/// <summary>Lines, cells, sentences and words that a reader understands at the first reading; docs/extend/contributing.md has the
/// rules.</summary>
public partial class TextTests
{
    private const int MaxLine = 140, MaxCell = 80, MaxWords = 30;

    public static TheoryData<string> Pages => [.. Files("*.md")];

    public static TheoryData<string> SourceFolders =>
        [.. Files("*.cs").Select(file => string.Join('/', file.Split('/')[..2])).Distinct()];

    [Theory, MemberData(nameof(SourceFolders))]
    public void A_line_of_code_has_at_most_140_characters(string folder) =>
        AssertNone(Files("*.cs").Where(file => file.StartsWith(folder + '/', StringComparison.Ordinal)).SelectMany(file =>
            File.ReadLines(PathOf(file)).Index().Where(line => line.Item.Length > MaxLine)
                .Select(line => $"{file}, line {line.Index + 1}: {line.Item.Length} characters")));

    [Theory, MemberData(nameof(SourceFolders))]
    public void No_identifier_begins_with_an_everyday_word_for_a_limit_or_a_default(string folder) =>
        AssertNone(Files("*.cs").Where(file => file.StartsWith(folder + '/', StringComparison.Ordinal)).SelectMany(file =>
            EverydayName().Matches(WithoutText(File.ReadAllText(PathOf(file)))).Select(match => $"{file}: {match.Value}")));

    [Theory, MemberData(nameof(Pages))]
    public void A_page_has_short_lines_cells_and_sentences(string page) =>
        AssertNone(MarkdownText.FindingsIn(page, File.ReadAllLines(PathOf(page))));

    [Theory, MemberData(nameof(SourceFolders))]
    public void A_comment_has_short_sentences_and_the_words_of_the_field(string folder)
    {
        if (!folder.StartsWith("src/", StringComparison.Ordinal)) return; // the comments of tests are for maintainers
        var files = Files("*.cs").Where(file => file.StartsWith(folder + '/', StringComparison.Ordinal));
        AssertNone(files.SelectMany(file => CommentText.FindingsIn(file, File.ReadAllLines(PathOf(file)))));
    }

    [Theory, MemberData(nameof(SourceFolders))]
    public void A_message_has_the_words_of_the_field(string folder)
    {
        if (!folder.StartsWith("src/", StringComparison.Ordinal)) return;
        var files = Files("*.cs").Where(file => file.StartsWith(folder + '/', StringComparison.Ordinal));
        AssertNone(files.SelectMany(file => MessageText.FindingsIn(file, File.ReadAllLines(PathOf(file)))));
    }

    [Theory]
    [InlineData("The layer takes 3 inputs.", "takes")]
    [InlineData("Two numbers in a place.", "numbers", "place")]
    [InlineData("A step takes no memory. Random numbers are written in place, within units in the last place.")]
    public void Everyday_words_are_found(string text, params string[] words) =>
        Assert.Equal(words.Order(), EverydayWords.InMessage(text).Order());

    private static string[] Files(string pattern) =>
        [.. Directory.GetFiles(Repository.Root, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !BuildOutput().IsMatch(file)).Order(StringComparer.Ordinal)];

    private static string PathOf(string file) => Path.Combine(Repository.Root, file);

    private static string WithoutText(string code) => TextOfCode().Replace(code, "");

    private static void AssertNone(IEnumerable<string> findings)
    {
        string[] found = [.. findings];
        Assert.True(found.Length == 0, $"{found.Length} findings:\n{string.Join('\n', found.Take(20))}");
    }

    internal static string[] Sentences(string text) => SentenceEnd().Split(text);

    private static IEnumerable<string> LongSentences(string text) =>
        Sentences(text).Where(sentence => Word().Count(sentence) > MaxWords)
            .Select(sentence => $"a sentence of {Word().Count(sentence)} words: {sentence}");

    [GeneratedRegex(@"(?<=[.!?])\s+")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\S*\w\S*")]
    private static partial Regex Word();

    [GeneratedRegex(@"(^|/)(artifacts|bin|obj|\.git)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"\b(Most|Least|Customary)[A-Z]\w*|\b_?(most|least|customary)[A-Z]\w*")]
    private static partial Regex EverydayName();

    // Comments and literals.
    [GeneratedRegex("""
        //[^\n]*|"(\\.|[^"\\\n])*"
        """)]
    private static partial Regex TextOfCode();

    /// <summary>The text of the comments of a source file.</summary>
    private static partial class CommentText
    {
        public static IEnumerable<string> FindingsIn(string file, string[] lines)
        {
            for (var first = 0; first < lines.Length; first++)
            {
                var comment = lines.Skip(first).TakeWhile(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal)).ToArray();
                if (comment.Length == 0) continue;
                var text = string.Join(' ', comment.Select(line => Mark().Replace(line, "")));
                foreach (var element in Element().Split(text))
                {
                    var words = Reference().Replace(element, " X ");
                    foreach (var sentence in LongSentences(words)) yield return $"{file}, line {first + 1}: {sentence}";
                    foreach (var word in EverydayWords.InComment(words))
                        yield return $"{file}, line {first + 1}: '{word}'; docs and comments use the words of the field";
                }
                first += comment.Length;
            }
        }

        [GeneratedRegex(@"^\s*///? ?")]
        private static partial Regex Mark();

        [GeneratedRegex("</?(?:summary|remarks|param|typeparam|returns|value|exception|para|item|list|description|inheritdoc)[^>]*>")]
        private static partial Regex Element();

        [GeneratedRegex("<(?:see|paramref|typeparamref)[^>]*/>|<c>.*?</c>")]
        private static partial Regex Reference();
    }

    /// <summary>The text of a Markdown page.</summary>
    private static partial class MarkdownText
    {
        public static IEnumerable<string> FindingsIn(string page, string[] lines)
        {
            var (isCode, isGenerated, paragraph, first) = (false, false, new List<string>(), 0);
            for (var i = 0; i < lines.Length; i++)
            {
                var line = lines[i];
                if (line.StartsWith("<!-- generated", StringComparison.Ordinal)) isGenerated = true;
                if (line.StartsWith("<!-- end", StringComparison.Ordinal)) isGenerated = false;
                var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                if (isFence) isCode = !isCode;
                var isText = !isFence && !isCode && !isGenerated;
                var isTable = line.StartsWith('|');
                if (isText && !isTable && line.Length > MaxLine) yield return $"{page}, line {i + 1}: {line.Length} characters";
                foreach (var cell in isText && isTable ? LongCells(line) : [])
                    yield return $"{page}, line {i + 1}: a cell of {cell.Length} characters: {cell}";

                var isNew = !isText || isTable || line.Trim().Length == 0 || line.StartsWith('#') || Item().IsMatch(line);
                if (isNew)
                {
                    foreach (var sentence in LongSentences(WithoutMarks(string.Join(' ', paragraph))))
                        yield return $"{page}, line {first + 1}: {sentence}";
                    paragraph.Clear();
                    first = i;
                }
                if (isText && !isTable && !line.StartsWith('#')) paragraph.Add(Item().Replace(line, "").Trim());
            }
            foreach (var sentence in LongSentences(WithoutMarks(string.Join(' ', paragraph))))
                yield return $"{page}, line {first + 1}: {sentence}";
        }

        private static IEnumerable<string> LongCells(string line) =>
            Border().Split(line.Trim().Trim('|')).Select(cell => Marks().Replace(cell.Trim(), "")).Where(cell => cell.Length > MaxCell);

        private static string WithoutMarks(string text) =>
            Abbreviation().Replace(Link().Replace(Code().Replace(text, "X"), "$1"), "$1").Replace("*", "", StringComparison.Ordinal);

        [GeneratedRegex(@"^\s*([-*]|\d+\.) ")]
        private static partial Regex Item();

        [GeneratedRegex(@"(?<!\\)\|")]
        private static partial Regex Border();

        [GeneratedRegex(@"\]\([^)]*\)|[\[`*]")]
        private static partial Regex Marks();

        [GeneratedRegex("`[^`]*`")]
        private static partial Regex Code();

        [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
        private static partial Regex Link();

        [GeneratedRegex(@"\b(e\.g|i\.e|et al|vs|No|cf|Fig|Eq)\.")]
        private static partial Regex Abbreviation();
    }
}
