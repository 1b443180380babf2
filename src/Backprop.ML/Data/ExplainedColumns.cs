using System.Globalization;
using Backprop.Explanations;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The columns of an explanation: their names, their inputs of the network, and their values as text.</summary>
internal sealed class ExplainedColumns
{
    private const int MaxValues = 3;
    private const string Missing = "missing", Unknown = "not in the training data";

    // Larger key values are not exact in single precision.
    private const float MaxExactKey = 1 << 24;

    private readonly Member[][] _columns; // the slots and keys of every column
    private readonly ModelColumns _known;
    private readonly IReadOnlyList<string>[] _categories, _keys; // names of the categories, and of all keys in the data
    private readonly string[] _names;

    /// <param name="context">For error messages.</param>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="inputs">The names of the columns that the model predicts from.</param>
    /// <param name="known">The columns of the model in this data.</param>
    /// <param name="groups">Slots and columns that are explained together.</param>
    public ExplainedColumns(
        IExceptionContext context, DataViewSchema schema, InputColumns inputs, ModelColumns known,
        IReadOnlyDictionary<string, IReadOnlyList<string>> groups)
    {
        var units = ImportanceUnits.Of(context, schema, inputs, groups);
        _known = known;
        _names = [.. units.Select(unit => unit.Name)];
        _categories = [.. known.Categories.Select(column => column.Keys.NamesOrKeys)];
        _keys = [.. inputs.Categories.Select(name => KeyNames.Of(schema[name]))];
        var slotNames = inputs.Features is { } features ? SlotNames.Unique(schema[features]) : [];
        var inputOf = Enumerable.Range(0, known.Features.Length).ToDictionary(known.Features.SlotOf);
        _columns = [.. units.Select(unit => MembersOf(unit, inputs, slotNames, inputOf))];
        Columns = FeatureColumns.Of(ColumnOfInputs(), units.Count);
    }

    /// <summary>Maps the inputs of the network to the columns.</summary>
    public FeatureColumns Columns { get; }

    /// <summary>Number of values of a row as it is read: slots of the features column, then keys.</summary>
    public int RawWidth => _known.Features.Size + _known.InputCount - _known.Features.Length;

    /// <summary>The name of a column.</summary>
    public string NameOf(int column) => _names[column];

    /// <summary>The value of a column as text.</summary>
    /// <param name="column">The index of the column.</param>
    /// <param name="raw">[RawWidth]: the row as it is read.</param>
    /// <param name="inputs">The row as the network reads it.</param>
    public string ValueOf(int column, ReadOnlySpan<float> raw, ReadOnlySpan<float> inputs)
    {
        var members = _columns[column];
        if (members.Length == 1) return TextOf(members[0], raw, inputs);
        var texts = new List<string>();
        var others = 0;
        foreach (var member in members)
        {
            if (raw[member.Raw] == 0) continue;
            if (texts.Count < MaxValues) texts.Add($"{member.Name} {TextOf(member, raw, inputs)}");
            else others++;
        }
        if (texts.Count == 0) return "0";
        return string.Join(", ", texts) + (others > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {others} more") : "");
    }

    private string TextOf(Member member, ReadOnlySpan<float> raw, ReadOnlySpan<float> inputs)
    {
        var value = raw[member.Raw];
        if (member.Category < 0) return float.IsNaN(value) ? Missing : value.ToString(CultureInfo.InvariantCulture);
        if (value == 0) return Missing;
        if (inputs[member.Input] >= 1) return _categories[member.Category][(int)inputs[member.Input] - 1];
        var names = _keys[member.Category];
        return value < MaxExactKey && value <= names.Count ? $"{names[(int)value - 1]} ({Unknown})" : Unknown;
    }

    private Member[] MembersOf(
        ColumnUnit unit, InputColumns inputs, IReadOnlyList<string> slotNames, Dictionary<int, int> inputOf)
    {
        var members = new List<Member>();
        foreach (var part in unit.Parts)
            if (part.Slot is { } slot) members.Add(new Member(slotNames[slot], slot, inputOf.GetValueOrDefault(slot, -1), -1));
        HashSet<string> columns = [.. unit.Parts.Where(part => part.Slot is null).Select(part => part.Column)];
        for (int category = 0, key = 0; category < inputs.Categories.Count; category++)
        {
            var width = _known.Categories[category].Width;
            for (var i = 0; i < width && columns.Contains(inputs.Categories[category]); i++)
            {
                var name = width == 1 || unit.Parts.Count == 1 ? inputs.Categories[category]
                    : string.Create(CultureInfo.InvariantCulture, $"{inputs.Categories[category]}[{i}]");
                members.Add(new Member(name, _known.Features.Size + key + i, _known.Features.Length + key + i, category));
            }
            key += width;
        }
        return [.. members];
    }

    private int[] ColumnOfInputs()
    {
        var columns = new int[_known.InputCount];
        foreach (var (column, members) in _columns.Index())
            foreach (var member in members)
                if (member.Input >= 0) columns[member.Input] = column;
        return columns;
    }

    // A slot or a key: its position in a row as it is read, its position as the network reads it, and its category column. A slot that is
    // not read has input −1, and a slot has category −1.
    private readonly record struct Member(string Name, int Raw, int Input, int Category);
}
