using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Tells ML.NET's scorers which columns a network needs and which it gives, and hands out its scores: those of a batch where rows were read ahead, one by one everywhere else.</summary>
/// <param name="task">Which says what the outputs mean.</param>
/// <param name="network">What scores.</param>
/// <param name="labelNames">What the numbers of a vector label are called; empty where nobody says so.</param>
/// <param name="threshold">Above what a row is called positive.</param>
internal sealed class NetworkMapper(LearningTask task, TrainedNetwork network, IReadOnlyList<string> labelNames, DecisionThreshold threshold) : ISchemaBindableMapper
{
    public ISchemaBoundMapper Bind(IHostEnvironment env, RoleMappedSchema schema) => new Bound(this, schema);

    private LoneRow Read(DataViewRow row, DataViewSchema.Column[] inputs) => new(row, inputs, network);

    private Delegate MakeGetter(IScores scores, string column) => task.MakeGetter(scores, column, network, threshold);

    private sealed class Bound : ISchemaBoundRowMapper
    {
        private readonly NetworkMapper _mapper;
        private readonly InputColumns _names;
        private readonly DataViewSchema.Column[] _inputs;

        public Bound(NetworkMapper mapper, RoleMappedSchema schema)
        {
            (_mapper, InputRoleMappedSchema) = (mapper, schema);
            _names = InputColumns.Of(schema);
            _inputs = _names.In(schema.Schema);
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
                IScores scores = input is BatchRow rows ? rows : _mapper.Read(input, _inputs);
                foreach (var column in active) getters[column.Index] = _mapper.MakeGetter(scores, column.Name);
            }
            return new SimpleRow(OutputSchema, input, getters);
        }
    }

    private DataViewSchema OutputSchema => task.OutputSchema(network, labelNames);
}
