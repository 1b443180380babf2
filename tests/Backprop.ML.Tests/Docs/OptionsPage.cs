using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Backprop.Presets;

namespace Backprop.ML.Tests.Docs;

/// <summary>docs/reference/options.md, from the table of options and from the doc comments of their properties.</summary>
internal static partial class OptionsPage
{
    private const int MaxLine = 140, MaxValue = 40;

    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
    };

    private static readonly Dictionary<string, XElement> _comments =
        XDocument.Load(Path.ChangeExtension(typeof(BackpropTrainer).Assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>The text of the page.</summary>
    public static string Write()
    {
        var page = new StringBuilder(
            """
            # Options

            These are the properties of `BackpropTrainer.Options`. If the default is "preset", the option follows `Preset` until you set
            it. [presets.md](presets.md) has the values of every preset. [Namespaces](#namespaces) lists the `using` directives.

            This page is generated from `src/Backprop.ML/Trainers/OptionTable.cs` and the doc comments of the properties. To write it again:
            `BACKPROP_WRITE_DOCS=1 dotnet test tests/Backprop.ML.Tests --filter FullyQualifiedName~OptionsPage`

            """);
        foreach (var section in OptionTable.All.GroupBy(option => option.Group)) Append(page, section.Key, [.. section]);
        AppendNamespaces(page);
        AppendPresets(page);
        return page.ToString();
    }

    /// <summary>The types of options that need a using directive.</summary>
    public static IEnumerable<Type> NamedTypes() =>
        OptionTable.All.SelectMany(option => TypesIn(PropertyOf(option).PropertyType)).Distinct()
            .Where(type => !_keywords.ContainsKey(type)).OrderBy(NameOf, StringComparer.Ordinal);

    /// <summary>The cells of an option's row in the table of presets: name, and the value of each preset.</summary>
    public static string[] PresetCells(OptionDescriptor option) =>
        [$"`{option.Name}`", .. Preset.All.Select(preset => Short(option.Print(option.ValueIn(preset.For(DatasetProfile.Typical)))))];

    // A long value is shortened to its type.
    private static string Short(string text)
    {
        if (text.Length <= MaxValue) return text.Length == 0 ? "none" : $"`{text}`";
        var type = text.Split('(')[0];
        return type.Length <= MaxValue ? $"`{type}`, …" : "[values](presets.md)";
    }

    private static IEnumerable<Type> TypesIn(Type type)
    {
        if (type.IsArray) return TypesIn(type.GetElementType()!);
        return type.IsGenericType ? [.. type.GetGenericArguments().SelectMany(TypesIn), .. OwnType(type)] : [type];
    }

    // A nullable value is written with a question mark, not with the name of its type.
    private static IEnumerable<Type> OwnType(Type generic) =>
        generic.GetGenericTypeDefinition() == typeof(Nullable<>) ? [] : [generic];

    private static void AppendNamespaces(StringBuilder page)
    {
        page.Append(
            """

            ## Namespaces

            The code that sets an option needs a `using` directive for its type. The values of a type, such as `Adam` of `Optimizer`, are in
            the same namespace. Projects with `ImplicitUsings` already use `System`, `System.Threading` and others.

            | type | namespace |
            | --- | --- |

            """);
        foreach (var type in NamedTypes()) page.Append($"| `{NameOf(type)}` | `{type.Namespace}` |\n");
    }

    private static void AppendPresets(StringBuilder page)
    {
        page.Append(
            """

            ## Values of the presets

            These are the values for a classification of 10,000 rows and 20 features. [presets.md](presets.md) has the values for other
            data, and the shortened ones.


            """);
        page.Append($"| option | {string.Join(" | ", Preset.All.Select(preset => $"`{preset.Name}`"))} |\n");
        page.Append($"| --- |{string.Concat(Preset.All.Select(_ => " --- |"))}\n");
        foreach (var option in OptionTable.All.Where(option => option.IsOfPreset))
            page.Append($"| {string.Join(" | ", PresetCells(option))} |\n");
    }

    /// <summary>The cells of an option's row: name, type, default, allowed values.</summary>
    public static string[] Cells(OptionDescriptor option) =>
        [$"`{option.Name}`", $"`{TypeOf(option)}`", DefaultOf(option), AllowedIn(option)];

    /// <summary>What an option does, in one sentence.</summary>
    public static string SentenceOf(OptionDescriptor option) => FirstSentence().Match(CommentOf(option, "summary")).Value;

    /// <summary>A part of an option's doc comment; empty where there is none.</summary>
    public static string CommentOf(OptionDescriptor option, string part)
    {
        var comment = _comments[$"P:{typeof(BackpropTrainer.Options).FullName!.Replace('+', '.')}.{option.Name}"];
        var text = string.Concat(comment.Element(part)?.Nodes().Select(Markdown) ?? []);
        return Spaces().Replace(text, " ").Trim();
    }

    private static void Append(StringBuilder page, string section, OptionDescriptor[] options)
    {
        page.Append($"\n## {section}\n\n| option | type | default | allowed |\n| --- | --- | --- | --- |\n");
        foreach (var option in options) page.Append($"| {string.Join(" | ", Cells(option))} |\n");
        page.Append('\n');
        foreach (var option in options) AppendWrapped(page, $"- `{option.Name}`: {SentenceOf(option)}");
    }

    private static void AppendWrapped(StringBuilder page, string line)
    {
        while (line.Length > MaxLine)
        {
            var end = line.LastIndexOf(' ', MaxLine);
            page.Append(line, 0, end).Append('\n');
            line = "  " + line[(end + 1)..];
        }
        page.Append(line).Append('\n');
    }

    private static PropertyInfo PropertyOf(OptionDescriptor option) => typeof(BackpropTrainer.Options).GetProperty(option.Name)!;

    private static bool AllowsNull(OptionDescriptor option) =>
        new NullabilityInfoContext().Create(PropertyOf(option)).WriteState == NullabilityState.Nullable;

    private static string TypeOf(OptionDescriptor option)
    {
        var type = PropertyOf(option).PropertyType;
        return NameOf(Nullable.GetUnderlyingType(type) ?? type) + (AllowsNull(option) ? "?" : "");
    }

    private static string NameOf(Type type)
    {
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        if (!type.IsGenericType) return _keywords.GetValueOrDefault(type, type.Name);
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }

    private static string DefaultOf(OptionDescriptor option)
    {
        var text = option.Default switch
        {
            Preset preset => $"`{nameof(Preset)}.{preset.Name}`",
            CancellationToken or ICollection { Count: 0 } => "none",
            string name => $"`\"{name}\"`",
            bool flag => flag ? "`true`" : "`false`",
            ICollection when option.Read is null => "none",
            var value => $"`{option.Print(value)}`",
        };
        if (!option.IsOfPreset) return text;
        return text.Length is > 2 and < 50 ? $"preset; `Plain` has {text}" : "preset";
    }

    private static string AllowedIn(OptionDescriptor option)
    {
        var type = PropertyOf(option).PropertyType;
        var allowed = option.Allowed ?? "";
        if (type.IsEnum) allowed = string.Join(", ", Enum.GetNames(type));
        if (option.IsName) allowed = "not empty";
        if (allowed.Length == 0) return option.IsRequired ? "not null" : "any";
        return AllowsNull(option) ? $"null, or {allowed}" : allowed;
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{ShortName(see.Attribute("cref")!.Value)}`",
        XElement element => $"`{element.Value}`",
        _ => "",
    };

    // Properties of other types have the name of the type before theirs.
    private static string ShortName(string cref)
    {
        var parts = cref.Split(':')[1].Split('.');
        return cref[0] == 'T' || parts[^2] == nameof(BackpropTrainer.Options) ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
    }

    [GeneratedRegex(@"^.+?[.](?=\s[\p{Lu}`]|$)", RegexOptions.Singleline)]
    private static partial Regex FirstSentence();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
