using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Answers ML.NET's scorers from the scores of a batch where rows were read ahead, and row by row everywhere else.</summary>
internal sealed class BatchMapper(ISchemaBindableMapper rowByRow, ScoreMapper scores) : ISchemaBindableMapper
{
    public ISchemaBoundMapper Bind(IHostEnvironment env, RoleMappedSchema schema) => new Bound(this, (ISchemaBoundRowMapper)rowByRow.Bind(env, schema), scores);

    private sealed class Bound(BatchMapper bindable, ISchemaBoundRowMapper rowByRow, ScoreMapper scores) : ISchemaBoundRowMapper
    {
        public ISchemaBindableMapper Bindable => bindable;

        public DataViewSchema InputSchema => rowByRow.InputSchema;

        public RoleMappedSchema InputRoleMappedSchema => rowByRow.InputRoleMappedSchema;

        public DataViewSchema OutputSchema { get; } = scores.SlotNames.Count == 0 ? rowByRow.OutputSchema : ScoreNames.AddTo(rowByRow.OutputSchema, scores.SlotNames);

        public IEnumerable<KeyValuePair<RoleMappedSchema.ColumnRole, string>> GetInputColumnRoles() => rowByRow.GetInputColumnRoles();

        public IEnumerable<DataViewSchema.Column> GetDependenciesForNewColumns(IEnumerable<DataViewSchema.Column> dependingColumns) =>
            rowByRow.GetDependenciesForNewColumns(dependingColumns);

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        {
            if (input is not BatchRow rows) return ScoreNames.InSchema(OutputSchema, rowByRow.GetRow(input, activeColumns));
            var getters = new Delegate[OutputSchema.Count];
            foreach (var column in activeColumns) getters[column.Index] = scores.MakeGetter(rows, column.Name);
            return new SimpleRow(OutputSchema, rows, getters);
        }
    }
}
