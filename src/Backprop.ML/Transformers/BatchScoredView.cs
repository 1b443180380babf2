using Backprop.Layers;
using Backprop.ML.Data;
using Backprop.ML.Export;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>The view of ML.NET's scorer, with cursors that score in batches. The scorer still provides schema, annotations and columns that
/// are derived from a score.</summary>
/// <remarks>docs/decisions/0012 explains why one cursor reads all active columns ahead. If columns cannot be stored, or nothing is scored,
/// the scorer's own cursors are used.</remarks>
internal sealed class BatchScoredView(
    IHost host, RowToRowScorerBase scorer, NetworkMapper mapper, InputColumns inputs, ModelColumns known)
    : IDataTransform, ITransformCanSaveOnnx
{
    // The largest operator set that ML.NET's converter knows.
    private const int MinOperatorSet = 12;

    private readonly HashSet<int> _added = AddedColumns(scorer.OutputSchema);
    private readonly UndefinedScores _undefined = new(host, mapper.Network.Network.Layers.Any(layer => layer is IReplacesMissing));

    public IDataView Source => scorer.Source;

    public DataViewSchema Schema => scorer.OutputSchema;

    public bool CanShuffle => scorer.CanShuffle;

    public long? GetRowCount() => scorer.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        host.CheckValue(columnsNeeded, nameof(columnsNeeded));
        DataViewSchema.Column[] active = [.. columnsNeeded], needed = NeededColumns(active);
        if (!CanReadAhead(active, needed)) return scorer.GetRowCursor(active, rand);
        return MakeCursor(Source.GetRowCursor(needed, CanShuffle ? rand : null), active, _undefined.Begin(cursors: 1));
    }

    // Sets of cursors are created as in ML.NET's scorers: those of the input, or else one cursor of the input that several readers share.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        host.CheckValue(columnsNeeded, nameof(columnsNeeded));
        DataViewSchema.Column[] active = [.. columnsNeeded], needed = NeededColumns(active);
        if (!CanReadAhead(active, needed)) return scorer.GetRowCursorSet(active, n, rand);
        var inputs = Source.GetRowCursorSet(needed, n, CanShuffle ? rand : null);
        if (inputs.Length == 1 && n > 1 && (Source.GetRowCount() ?? long.MaxValue) > n)
            inputs = DataViewUtils.CreateSplitCursors(host, inputs[0], n);
        var reading = _undefined.Begin(inputs.Length);
        var cursors = new DataViewRowCursor[inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++) cursors[i] = MakeCursor(inputs[i], active, reading);
        }
        catch
        {
            for (var i = 0; i < inputs.Length; i++) (cursors[i] ?? inputs[i]).Dispose();
            throw;
        }
        return cursors;
    }

    // Code that walks back through a pipeline calls these members.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)scorer).Save(ctx);

    // False would end the walk with a message that names no cause. SaveAsOnnx has the reason.
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    // ML.NET's scorers would write the columns that are derived from a score. Theirs ends at a score of NaN.
    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx)
    {
        ctx.CheckOpSetVersion(MinOperatorSet, nameof(BackpropTransformer));
        var graph = new ConverterGraph(ctx);
        var features = inputs.Features is null ? null : VariableOf(ctx, inputs.Features);
        var x = new InputTensors(host, graph).Of(known, features, [.. inputs.Categories.Select(name => VariableOf(ctx, name))]);
        var scored = mapper.Write(graph, x);
        foreach (var index in _added.Order())
        {
            var column = Schema[index];
            var tensor = UncertaintyColumns.TensorOf(column.Name, scored)
                ?? HiddenColumns.TensorOf(column.Name, mapper.Network, scored.Hidden) ?? mapper.Task.TensorOf(column.Name, scored);
            graph.Assign(ctx.AddIntermediateVariable(column.Type, column.Name), tensor);
        }
    }

    private string VariableOf(OnnxContext context, string column) => context.ContainsColumn(column)
        ? context.GetVariableName(column)
        : throw host.Except(
            "Column '{0}' is not in the ONNX graph, because a step before the network cannot be converted. The log names the step.",
            column);

    private bool CanReadAhead(DataViewSchema.Column[] active, DataViewSchema.Column[] needed) =>
        active.Any(column => _added.Contains(column.Index)) && DataViewUtils.AllCacheable(needed);

    private DataViewSchema.Column[] NeededColumns(DataViewSchema.Column[] active) => [.. ((IRowToRowMapper)scorer).GetDependencies(active)];

    private BatchCursor MakeCursor(DataViewRowCursor input, DataViewSchema.Column[] active, UndefinedScores.Reading reading)
    {
        try
        {
            return new BatchCursor(host, scorer, new BatchRow(input, inputs, known, mapper.Network, host.CheckAlive, reading), active);
        }
        catch
        {
            input.Dispose(); // the caller has not received it yet
            throw;
        }
    }

    // Every scorer assigns an id to its columns, one more than the largest id in the schema.
    private static HashSet<int> AddedColumns(DataViewSchema schema)
    {
        var last = schema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId);
        return [.. schema.GetColumnSet(AnnotationUtils.Kinds.ScoreColumnSetId, last)];
    }
}
