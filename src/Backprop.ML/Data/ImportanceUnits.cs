using Microsoft.ML;
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
    public static IReadOnlyList<ColumnUnit> Of(
        IExceptionContext context, DataViewSchema schema, InputColumns inputs, IReadOnlyDictionary<string, IReadOnlyList<string>> groups)
    {
        IReadOnlyList<string> slots = inputs.Features is { } features ? SlotNames.Unique(schema[features]) : [];
        var free = new HashSet<string>(slots.Concat(inputs.Categories));
        List<ColumnUnit> units = [];
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
            if (free.Contains(slots[slot])) units.Add(new ColumnUnit(slots[slot], [new ColumnPart(inputs.Features!, slot)]));
        return units;

        ColumnUnit Unit(string name, Func<string, bool> isMember)
        {
            var columns = inputs.Categories.Where(isMember).Select(category => new ColumnPart(category, null));
            var ofFeatures = slots.Index().Where(slot => isMember(slot.Item)).Select(slot => new ColumnPart(inputs.Features!, slot.Index));
            return new ColumnUnit(name, [.. columns, .. ofFeatures]);
        }
    }

    private static Exception Unknown(
        IExceptionContext context, string group, string name, IReadOnlyList<string> slots, IReadOnlyList<string> categories)
    {
        string[] known = [.. categories, .. slots];
        if (known.Contains(name))
            return context.ExceptParam(Options, "'{0}' is a member of group '{1}' and of another group.", name, group);
        var others = known.Length > MaxNames ? $" and {known.Length - MaxNames} others" : "";
        return context.ExceptParam(Options, "Group '{0}' names '{1}', but the model does not predict from it. It predicts from {2}{3}.",
            group, name, string.Join(", ", known.Take(MaxNames).Select(each => $"'{each}'")), others);
    }
}
