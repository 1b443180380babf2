using System.Text;
using Backprop.Losses;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The columns of a network: the slots, keys and classes of its inputs and outputs, their names, and their positions in the
/// current data. Immutable.</summary>
/// <remarks>The order of the network never changes; other data is mapped to it when it is read. Columns are matched by name, or by position
/// if one side has no names.</remarks>
/// <param name="Features">The slots of the feature column.</param>
/// <param name="Categories">The columns of keys, which follow the features.</param>
/// <param name="Classes">The classes of a key label, one for each output; null for other labels.</param>
/// <param name="Targets">The slots of a vector label; null for other labels.</param>
internal sealed record ModelColumns(SlotList Features, IReadOnlyList<CategoryColumn> Categories, KeyList? Classes, SlotList? Targets)
{
    /// <summary>Number of inputs of a row: features, then categories.</summary>
    public int InputCount => Features.Length + Categories.Sum(column => column.Width);

    /// <summary>The inputs that contain keys, with the number of keys of each.</summary>
    public IReadOnlyList<KeySlot> KeySlots =>
        [
            .. Categories.SelectMany(column => Enumerable.Repeat(column.Keys.Length, column.Width))
                .Select((count, i) => new KeySlot(Features.Length + i, count)),
        ];

    /// <summary>All possible slots, keys and classes of some data.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="inputs">The columns to predict from.</param>
    /// <param name="label">The label column; null for none.</param>
    /// <param name="task">Decides whether a key label has classes.</param>
    public static ModelColumns Of(DataViewSchema schema, InputColumns inputs, string? label, LearningTask task)
    {
        var target = label is null ? default(DataViewSchema.Column?) : schema[label];
        return new ModelColumns(
            inputs.Features is { } features ? SlotList.All(schema[features]) : SlotList.None,
            [.. inputs.Categories.Select(name => CategoryColumn.All(schema[name]))],
            task.TargetKind == TargetKind.Class && target is { } key ? KeyList.All(key) : null,
            target is { Type: VectorDataViewType } vector ? SlotList.All(vector) : null);
    }

    /// <summary>The names of slots, key values and classes, for a checkpoint: data with other names is refused.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts() =>
    [
        KeyValuePair.Create("feature names", Text(Features.Names)),
        .. Categories.Select((column, i) => KeyValuePair.Create($"values of category column {i}", Text(column.Keys.NamesOrKeys))),
        KeyValuePair.Create("classes", Text(Classes?.NamesOrKeys ?? [])),
        KeyValuePair.Create("target names", Text(Targets?.Names ?? [])),
    ];

    // Many names are represented by their hash.
    private static string Text(IReadOnlyList<string> names)
    {
        var text = string.Join(", ", names);
        if (text.Length == 0) return "none";
        var hash = TrainingFacts.Hash(Encoding.UTF8.GetBytes(string.Join('\n', names)));
        return text.Length <= 1000 ? text : $"{names.Count} names ({hash})";
    }

    /// <summary>The same in other data.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="argument">The argument with the data.</param>
    /// <param name="schema">The columns of that data.</param>
    /// <param name="inputs">The names of the columns, in the order of the network.</param>
    /// <param name="label">The label column; null if it is not needed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or its names differ; the message names the
    /// column and lists the names.</exception>
    public ModelColumns In(IExceptionContext context, string argument, DataViewSchema schema, InputColumns inputs, string? label)
    {
        var found = label is null ? default(DataViewSchema.Column?) : Find(label, "label");
        return new ModelColumns(
            inputs.Features is { } features ? Features.In(context, argument, "feature", Find(features, "feature")) : Features,
            [.. Categories.Select((column, i) => column.In(context, argument, Find(inputs.Categories[i], "category")))],
            found is { } key && Classes is not null ? Classes.In(context, argument, "label", key, width: 0) : Classes,
            found is { } vector && Targets is not null ? Targets.In(context, argument, "label", vector) : Targets);

        DataViewSchema.Column Find(string name, string role) => ColumnChecks.Find(context, argument, schema, role, name);
    }

    /// <summary>The same, with the classes of a label column that are not among these. They follow the others.</summary>
    public ModelColumns WithNewClasses(DataViewSchema.Column label)
    {
        if (Classes is not { Names.Count: > 0 } classes) return this;
        string[] added = [.. KeyNames.Given(label).Except(classes.Names)];
        string[] names = [.. classes.Names, .. added];
        return added.Length == 0 ? this : this with { Classes = new KeyList((ulong)names.Length, null, names) };
    }

    /// <summary>The same for a warm start, which needs a key of every class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The label column has no key for a class.</exception>
    public ModelColumns CheckClasses(IExceptionContext context, string argument, string label)
    {
        if (Classes is not { Keys: { } keys } || !keys.Contains(0UL)) return this;
        string[] missing = [.. keys.Index().Where(key => key.Item == 0).Select(key => Classes.Names[key.Index])];
        throw context.ExceptParam(
            argument,
            "The key values of label column '{0}' lack {1} of the {2} classes of the model: {3}. "
            + "Add all of them to the key, in any order; pass them to MapValueToKey as keyData.",
            label, missing.Length, keys.Length, NameDifference.List(missing));
    }

    /// <summary>Number of slots of the feature column and of keys.</summary>
    public int PositionCount => InputCount - Features.Length + Features.Size;

    /// <summary>The positions of some inputs in the data, and of the slots that are not inputs, in ascending order.</summary>
    public IReadOnlyList<int> PositionsOf(IEnumerable<int> inputs)
    {
        if (Features.Slots is not { } slots) return [.. inputs];
        var unused = Enumerable.Range(0, Features.Size).Except(slots);
        var used = inputs.Select(input => input < slots.Length ? slots[input] : input - slots.Length + Features.Size);
        return [.. used.Concat(unused).Order()];
    }

    /// <summary>Number of outputs of a network, or of targets if a loss may have several outputs for each.</summary>
    public int OutputCount => Classes?.Length ?? Targets?.Length ?? 1;

    /// <summary>Whether the inputs and outputs of a network for a task fit these columns.</summary>
    public bool FitsTo(LearningTask task, Network network) =>
        InputCount == network.Inputs
        && Classes is not null == (task.TargetKind == TargetKind.Class)
        && Targets is not null == (task.TargetType is not null)
        && (Classes is null || Classes.Length == network.Outputs)
        && (Targets is null || (Targets.Length > 0 && network.Outputs % Targets.Length == 0));

    /// <summary>The columns with the smallest number of inputs and outputs that these columns may need.</summary>
    /// <param name="allFeatures">Whether features that are always 0 are kept.</param>
    public ModelColumns Smallest(bool allFeatures) => new(
        allFeatures || Features.Length == 0 ? Features : Features with { Slots = [0] },
        [.. Categories.Select(column => column with { Keys = new KeyList(column.Keys.Count, [0], []) })],
        Classes is { Length: > 2 } ? new KeyList(Classes.Count, [1, 2], []) : Classes,
        Targets);

    /// <summary>One of the columns in the order of the network; features first, if there are any.</summary>
    public ColumnBuffer Mapped(int column, ColumnBuffer buffer)
    {
        var hasFeatures = Features.Size > 0;
        if (hasFeatures && column == 0) return Features.Slots is { } slots ? new SlotColumn(buffer, slots) : buffer;
        var keys = Categories[hasFeatures ? column - 1 : column].Keys;
        return keys.Lookup is { } lookup ? new KeyColumn(buffer, lookup) : buffer;
    }

    /// <summary>Logs how many key values do not occur in the training data.</summary>
    /// <param name="channel">The log.</param>
    /// <param name="label">The label column; null for none.</param>
    public void Report(IChannel channel, string? label)
    {
        foreach (var column in Categories)
        {
            const string text = "{0} of {1} key values of category column '{2}' occur in the training rows; the others are unknown.";
            if (column.Keys.Keys is { } keys) channel.Info(text, keys.Count(key => key > 0), column.Keys.Count, column.Name);
        }
        if (Classes is { Keys: not null } classes)
        {
            const string text = "The network has outputs for {0} of {1} key values of label column '{2}'; the others have probability 0.";
            channel.Info(text, classes.Length, classes.Count, label);
        }
    }

    /// <summary>Warns of key values without vectors in the earlier model of a warm start.</summary>
    public void WarnOfNew(IChannel channel, DataViewSchema schema)
    {
        foreach (var column in Categories)
        {
            if (column.Keys.Names.Count == 0) continue;
            string[] unseen = [.. KeyNames.Given(schema[column.Name]).Except(column.Keys.Names)];
            const string text = "Category column '{0}' has {1} key values that the model was not trained on ({2}). "
                + "They are unknown; only a new model can distinguish them.";
            if (unseen.Length > 0) channel.Warning(text, column.Name, unseen.Length, NameDifference.List(unseen));
        }
    }

    /// <summary>The columns in the order of the network, by their names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Their names differ from those of the model.</exception>
    public InputColumns Arrange(IExceptionContext context, InputColumns given)
    {
        if (given.Features is null != (Features.Size == 0))
        {
            const string features = nameof(BackpropTrainer.Options.FeatureColumnName);
            var state = Features.Size == 0 ? "without" : "with";
            throw context.ExceptParam(features, "The model was trained {0} a column of features. Set {1} to the same.", state, features);
        }
        string[] known = [.. Categories.Select(column => column.Name)];
        if (known.SequenceEqual(given.Categories)) return given;
        if (NameDifference.Of(known, given.Categories) is not { } problem) return given with { Categories = known };
        const string option = nameof(BackpropTrainer.Options.CategoricalFeatureColumnNames);
        const string text = "{0} differs from the columns that the model was trained with: {1}. Name the same columns, in any order.";
        throw context.ExceptParam(option, text, option, problem);
    }
}

/// <summary>An input column of keys.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="VectorSize">Number of keys of a row; 0 if the column is not a vector.</param>
/// <param name="Keys">The keys that the network distinguishes, the same for all slots.</param>
internal sealed record CategoryColumn(string Name, int VectorSize, KeyList Keys)
{
    /// <summary>A column with all its possible keys.</summary>
    public static CategoryColumn All(DataViewSchema.Column column) =>
        new(column.Name, column.Type is VectorDataViewType vector ? vector.Size : 0, KeyList.All(column));

    /// <summary>The same in other data.</summary>
    public CategoryColumn In(IExceptionContext context, string argument, DataViewSchema.Column column) =>
        this with { Keys = Keys.In(context, argument, "category", column, VectorSize) };

    /// <summary>Number of keys of a row.</summary>
    public int Width => Math.Max(1, VectorSize);
}
