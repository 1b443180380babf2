using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Creates the units of a measurement of importance: groups, and each remaining category column and slot.</summary>
internal static class ImportanceUnits
{
    private const int MaxNames = 20;
    private const string Options = "options";

    /// <summary>The units in the order of the columns, groups first.</summary>
    /// <exception cref="ArgumentException">A group has an unknown member, or two groups have the same member. The message lists the known
    /// members.</exception>
    public static IReadOnlyList<ImportanceUnit> Of(
        IExceptionContext context, DataViewSchema schema, InputColumns inputs, IReadOnlyDictionary<string, IReadOnlyList<string>> groups)
    {
        List<string> slots = inputs.Features is { } features ? NamesOfSlots(schema[features]) : [];
        var free = new HashSet<string>(slots.Concat(inputs.Categories));
        List<ImportanceUnit> units = [];
        foreach (var (group, members) in groups)
        {
            var names = new HashSet<string>(members.SelectMany(member => member == inputs.Features ? slots : [member]));
            if (names.Count == 0)
                throw context.ExceptParam(Options, "Group '{0}' of Groups has no members.", group);
            foreach (var name in names)
                if (!free.Remove(name)) throw Unknown(context, group, name, slots, inputs.Categories);
            units.Add(Unit(group, names.Contains));
        }
        foreach (var category in inputs.Categories.Where(free.Contains)) units.Add(Unit(category, name => name == category));
        for (var slot = 0; slot < slots.Count; slot++)
            if (free.Contains(slots[slot])) units.Add(new ImportanceUnit(slots[slot], [], [slot]));
        return units;

        ImportanceUnit Unit(string name, Func<string, bool> isMember) =>
            new(name, [.. inputs.Categories.Where(isMember)], [.. Enumerable.Range(0, slots.Count).Where(slot => isMember(slots[slot]))]);
    }

    // Slots without a name, or with a name that occurs twice, are named by their index.
    /// <summary>A name for every slot: its slot name, or the name of the column and the index.</summary>
    public static List<string> NamesOfSlots(DataViewSchema.Column features)
    {
        var names = SlotNames.Of(features);
        var given = names.Where(name => name.Length > 0).CountBy(name => name).Where(count => count.Value == 1).Select(count => count.Key)
            .ToHashSet();
        var count = ((VectorDataViewType)features.Type).Size;
        return [.. Enumerable.Range(0, count)
            .Select(slot => slot < names.Count && given.Contains(names[slot]) ? names[slot] : $"{features.Name}[{slot}]")];
    }

    private static Exception Unknown(
        IExceptionContext context, string group, string name, List<string> slots, IReadOnlyList<string> categories)
    {
        string[] known = [.. categories, .. slots];
        if (known.Contains(name))
            return context.ExceptParam(Options, "'{0}' is a member of group '{1}' and of another group.", name, group);
        var others = known.Length > MaxNames ? $" and {known.Length - MaxNames} others" : "";
        return context.ExceptParam(Options, "Group '{0}' names '{1}', but the model does not predict from it. It predicts from {2}{3}.",
            group, name, string.Join(", ", known.Take(MaxNames).Select(each => $"'{each}'")), others);
    }
}
