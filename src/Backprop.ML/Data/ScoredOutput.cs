using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>One output of a model: a column of Single, or one slot of a vector of Single.</summary>
internal sealed class ScoredOutput
{
    private readonly IHost _host;
    private readonly ITransformer _model;
    private readonly string _column;
    private readonly int _slot;

    /// <summary>Finds the output.</summary>
    /// <param name="host">For the error messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="column">The column; null for Probability, or Score if there is none.</param>
    /// <param name="name">The slot of a vector, by name or index; null if the column has one value.</param>
    /// <exception cref="ArgumentException">There is no such output; the message lists the existing ones.</exception>
    public ScoredOutput(IHost host, ITransformer model, DataViewSchema schema, string? column, string? name)
    {
        (_host, _model) = (host, model);
        if (!model.IsRowToRowMapper)
            throw host.ExceptParam(
                nameof(model), "{0} does not compute every row from one row, so its rows cannot be varied by themselves.",
                model.GetType().Name);
        var mapper = model.GetRowToRowMapper(schema);
        var added = mapper.OutputSchema.Where(other => !other.IsHidden).Select(other => other.Name).ToHashSet();
        _column = column ?? (added.Contains(DefaultColumnNames.Probability) ? DefaultColumnNames.Probability : DefaultColumnNames.Score);
        var found = ColumnChecks.Find(host, nameof(column), mapper.OutputSchema, "output", _column);
        if (!found.Type.GetItemType().Equals(NumberDataViewType.Single) || found.Type is VectorDataViewType { IsKnownSize: false })
            throw host.ExceptSchemaMismatch(
                nameof(column), "output", _column, "Single or Vector<Single> of known size", found.Type.ToString());
        _slot = SlotOf(host, found, name);
        Name = name ?? _column;
        Inputs = [.. mapper.GetDependencies([found])];
    }

    /// <summary>The name of the output.</summary>
    public string Name { get; }

    /// <summary>The columns of the data that the output is computed from.</summary>
    public IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    /// <summary>Scores all rows of a view.</summary>
    public float[] Read(IDataView data)
    {
        var scored = _model.Transform(data);
        var column = scored.Schema[_column];
        List<float> values = [];
        using var cursor = scored.GetRowCursor([column]);
        var getter = Getter(cursor, column);
        float value = 0;
        while (cursor.MoveNext())
        {
            _host.CheckAlive();
            getter(ref value);
            values.Add(value);
        }
        return [.. values];
    }

    private ValueGetter<float> Getter(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType) return row.GetGetter<float>(column);
        VBuffer<float> buffer = default;
        var getter = row.GetGetter<VBuffer<float>>(column);
        return (ref float value) =>
        {
            getter(ref buffer);
            value = buffer.GetItemOrDefault(_slot);
        };
    }

    private static int SlotOf(IExceptionContext context, DataViewSchema.Column column, string? name)
    {
        if (column.Type is not VectorDataViewType vector)
        {
            if (name is null) return 0;
            throw context.ExceptParam(nameof(name), "Column '{0}' has one output, so it has none of the name '{1}'.", column.Name, name);
        }
        var given = SlotNames.Of(column);
        string[] names = [.. given.Count > 0 ? given : Enumerable.Range(0, vector.Size).Select(slot => $"{slot}")];
        if (name is null && vector.Size == 1) return 0;
        if (name is not null && Array.IndexOf(names, name) is >= 0 and var index) return index;
        throw context.ExceptParam(
            nameof(name), "Column '{0}' has {1} outputs: {2}. {3} Set {4} to one of them.", column.Name, vector.Size,
            NameDifference.List(names), name is null ? "None was chosen." : $"'{name}' is none of them.",
            nameof(PartialDependenceOptions.OutputName));
    }
}
