using System.Reflection;
using System.Text.RegularExpressions;
using Backprop.Layers;

namespace Backprop.Core.Tests;

/// <summary>Finds where source code names a class of layers.</summary>
/// <remarks>
/// Some options and builder methods have the name of a layer, such as <c>Dropout</c>. Such a name counts only where a type can stand.
/// </remarks>
internal sealed partial class LayerNames
{
    private readonly HashSet<string> _all, _ofMembers;

    private LayerNames(HashSet<string> all, HashSet<string> ofMembers) => (_all, _ofMembers) = (all, ofMembers);

    /// <summary>The names of all classes of layers, and of their bases.</summary>
    public IReadOnlyCollection<string> All => _all;

    /// <summary>The names of layers of an assembly.</summary>
    public static LayerNames In(Assembly assembly)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var types = assembly.GetTypes();
        var layers = types.Where(type => type.IsSubclassOf(typeof(Layer)) || type.IsSubclassOf(typeof(FusedLayers)));
        var members = types.SelectMany(type => type.GetMembers(Any)).Where(member => member.MemberType != MemberTypes.Constructor);
        var ofMembers = members.Where(member => member is not Type).Select(member => member.Name);
        return new LayerNames([.. layers.Select(type => type.Name)], [.. ofMembers]);
    }

    /// <summary>The layers that code names, in order.</summary>
    public IEnumerable<string> NamedBy(string code)
    {
        code = Comment().Replace(code, "");
        foreach (Match word in Word().Matches(code))
        {
            if (!_all.Contains(word.Value)) continue;
            string before = code[..word.Index], after = code[(word.Index + word.Length)..];
            var isMember = before.EndsWith('.') && !before.EndsWith("Layers.", StringComparison.Ordinal);
            if (!isMember && (!_ofMembers.Contains(word.Value) || IsType(before, after))) yield return word.Value;
        }
    }

    private static bool IsType(string before, string after) =>
        BeforeType().IsMatch(before) || Declaration().IsMatch(after) || (BeforeCast().IsMatch(before) && AfterCast().IsMatch(after));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"(\b(is|not|or|and|as|new|case) \(?|\w<|typeof\(|Layers\.)\z")]
    private static partial Regex BeforeType();

    // "Dense layer", but not "Dropout is", "Dropout and".
    [GeneratedRegex(@"\A (?!(is|and|or|not|as|switch|with|when|in|where|select)\b)[a-z_]\w*")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<!\w|if )\(\z")]
    private static partial Regex BeforeCast();

    [GeneratedRegex(@"\A\)[\w(]")]
    private static partial Regex AfterCast();
}
