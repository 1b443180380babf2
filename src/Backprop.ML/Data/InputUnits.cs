using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The columns of data that a model predicts from, and the slots of its vectors, by name.</summary>
internal sealed class InputUnits
{
    private readonly IExceptionContext _context;
    private readonly IReadOnlyList<DataViewSchema.Column> _columns;

    /// <param name="context">For the error messages.</param>
    /// <param name="columns">The columns that the model reads.</param>
    public InputUnits(IExceptionContext context, IReadOnlyList<DataViewSchema.Column> columns)
    {
        (_context, _columns) = (context, columns);
        All = [.. columns.SelectMany(UnitsOf)];
    }

    /// <summary>Every column of single values, and every slot of a vector.</summary>
    public IReadOnlyList<ColumnUnit> All { get; }

    /// <summary>The column or slot of this name. The name of a vector column means all of its slots.</summary>
    /// <exception cref="ArgumentException">The model reads no such column, or several; the message names them.</exception>
    public ColumnUnit Find(string name)
    {
        ColumnUnit[] found = [.. All.Where(unit => unit.Name == name)];
        if (_columns.Any(column => column.Name == name && column.Type is VectorDataViewType))
            found = [.. found, new ColumnUnit(name, [new ColumnPart(name, null)])];
        return found switch
        {
            [var unit] => unit,
            [] => throw _context.ExceptParam(
                nameof(name), "The model does not predict from '{0}'. It predicts from {1}.", name,
                NameDifference.List([.. All.Select(unit => unit.Name)])),
            _ => throw _context.ExceptParam(
                nameof(name), "'{0}' is the name of several columns or slots: {1}. Rename one of them.", name,
                string.Join(", ", found.Select(unit => string.Join(", ", unit.Parts.Select(Describe))))),
        };
    }

    private static string Describe(ColumnPart part) => part.Slot is { } slot ? $"{part.Column}[{slot}]" : part.Column;

    private static IEnumerable<ColumnUnit> UnitsOf(DataViewSchema.Column column) => column.Type switch
    {
        VectorDataViewType { IsKnownSize: true } => SlotNames.Unique(column)
            .Select((name, slot) => new ColumnUnit(name, [new ColumnPart(column.Name, slot)])),
        VectorDataViewType => [],
        _ => [new ColumnUnit(column.Name, [new ColumnPart(column.Name, null)])],
    };
}
