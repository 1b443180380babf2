using Backprop.Export;
using Backprop.ML.Data;
using Backprop.ML.Export;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Tells ML.NET's scorers which columns a network needs and returns, and computes its scores. Rows that were read ahead are scored
/// in batches, all others one by one.</summary>
/// <param name="task">The task of the network.</param>
/// <param name="network">The network that scores.</param>
/// <param name="columns">The columns of its inputs.</param>
/// <param name="outputs">The positions of its outputs in the Score column.</param>
/// <param name="threshold">The threshold above which a row is called positive.</param>
internal sealed class NetworkMapper(
    LearningTask task, TrainedNetwork network, ModelColumns columns, OutputOrder outputs, DecisionThreshold threshold)
    : ISchemaBindableMapper
{
    private Last? _last;

    /// <summary>The task of the network.</summary>
    public LearningTask Task => task;

    /// <summary>The network that scores.</summary>
    public TrainedNetwork Network => network;

    public ISchemaBoundMapper Bind(IHostEnvironment env, RoleMappedSchema schema) => new Bound(this, env, schema);

    /// <summary>The columns of the inputs in some data. They are matched by name, or by position if one side has no names.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, or has another type or other names.</exception>
    public ModelColumns ColumnsIn(IExceptionContext context, string argument, DataViewSchema schema, InputColumns inputs)
    {
        // A view calls this once for its columns and once for its rows, and there may be many names.
        if (Volatile.Read(ref _last) is { } last && last.Schema == schema) return last.Columns;
        var found = columns.In(context, argument, schema, inputs, label: null);
        Volatile.Write(ref _last, new Last(schema, found));
        return found;
    }

    /// <summary>Writes the network in the operators of ONNX.</summary>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="inputs">The tensor of its inputs.</param>
    /// <exception cref="NotSupportedException">A custom layer, activation or loss; the message names it.</exception>
    public ScoredTensors Write(IGraphBuilder graph, string inputs) =>
        new(graph, GraphWriter.Write(network, graph, inputs), outputs, threshold);

    private SingleRowScorer Read(DataViewRow row, DataViewSchema.Column[] inputs, ModelColumns known) => new(row, inputs, known, network);

    private Delegate MakeGetter(IScores scores, DataViewSchema.Column column)
    {
        if (UncertaintyColumns.MakeGetter(scores, column.Name, column.Type, outputs) is { } getter) return getter;
        if (HiddenColumns.MakeGetter(scores, column.Name, network) is { } activations) return activations;
        return outputs.HasGaps
            ? outputs.VectorOf(scores, row => row.Predictions)
            : task.MakeGetter(outputs.Ordered(scores), column.Name, network, threshold);
    }

    private sealed class Bound : ISchemaBoundRowMapper
    {
        private readonly NetworkMapper _mapper;
        private readonly InputColumns _names;
        private readonly DataViewSchema.Column[] _inputs;
        private readonly ModelColumns _known;

        public Bound(NetworkMapper mapper, IHostEnvironment context, RoleMappedSchema schema)
        {
            (_mapper, InputRoleMappedSchema) = (mapper, schema);
            _names = InputColumns.Of(schema);
            _inputs = _names.In(schema.Schema);
            _known = mapper.ColumnsIn(context, nameof(schema), schema.Schema, _names);
            OutputSchema = mapper.OutputSchema;
        }

        public ISchemaBindableMapper Bindable => _mapper;

        public RoleMappedSchema InputRoleMappedSchema { get; }

        public DataViewSchema InputSchema => InputRoleMappedSchema.Schema;

        public DataViewSchema OutputSchema { get; }

        public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> GetInputColumnRoles() => _names.Roles;

        public IEnumerable<DataViewSchema.Column> GetDependenciesForNewColumns(IEnumerable<DataViewSchema.Column> dependingColumns) =>
            dependingColumns.Any() ? _inputs : [];

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        {
            var getters = new Delegate[OutputSchema.Count];
            DataViewSchema.Column[] active = [.. activeColumns];
            if (active.Length > 0)
            {
                IScores scores = input is BatchRow rows ? rows : _mapper.Read(input, _inputs, _known);
                foreach (var column in active) getters[column.Index] = _mapper.MakeGetter(scores, column);
            }
            return new SimpleRow(OutputSchema, input, getters);
        }
    }

    private DataViewSchema OutputSchema
    {
        get
        {
            var schema = new DataViewSchema.Builder();
            schema.AddColumns(task.OutputSchema(network, outputs));
            foreach (var (name, type, annotations) in UncertaintyColumns.Of(task, network, outputs).Concat(HiddenColumns.Of(network)))
                schema.AddColumn(name, type, annotations);
            return schema.ToSchema();
        }
    }

    private sealed record Last(DataViewSchema Schema, ModelColumns Columns);
}
