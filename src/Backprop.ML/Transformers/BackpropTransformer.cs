using Backprop.ML.Data;
using Backprop.ML.Persistence;
using Backprop.ML.Transformers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>A trained network as a step of an ML.NET pipeline: adds the columns of its task (Score, and for classifiers PredictedLabel and Probability).</summary>
/// <remarks>Made by <see cref="BackpropTrainer"/> or by <c>ml.Model.Load</c>. Immutable; any number of threads may transform at once. <c>Model</c> holds the network.</remarks>
public sealed class BackpropTransformer : SingleFeaturePredictionTransformerBase<BackpropModelParameters>, ITransformer
{
    private readonly InputColumns _inputs;

    internal BackpropTransformer(IHostEnvironment environment, BackpropModelParameters model, DataViewSchema trainSchema, string featureColumnName, string labelColumnName)
        : base(environment.Register(nameof(BackpropTransformer)), model, trainSchema, featureColumnName)
    {
        LabelColumnName = labelColumnName;
        _inputs = new InputColumns(featureColumnName, []);
        SetScorer();
    }

    private BackpropTransformer(IHost host, ModelLoadContext context) : base(host, context)
    {
        LabelColumnName = ModelFile.ReadLabelColumnName(host, context, TrainSchema);
        _inputs = new InputColumns(FeatureColumnName, []);
        SetScorer();
    }

    /// <summary>The label column of the training data.</summary>
    public string LabelColumnName { get; }

    // ML.NET's own check waits for a row mapper, and then does not name the column.
    /// <summary>Adds the output columns, lazily: rows are scored when they are read, in batches.</summary>
    /// <param name="input">Data with the feature column of the training data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or has another type.</exception>
    public new IDataView Transform(IDataView input)
    {
        return new BatchScoredView(Host, ApplyScorer(input), Model.Network, _inputs);
    }

    IDataView ITransformer.Transform(IDataView input) => Transform(input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ApplyScorer(new EmptyDataView(Host, inputSchema));

    internal static BackpropTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(ModelFile.TransformerVersion);
        return new BackpropTransformer(environment.Register(nameof(BackpropTransformer)), context);
    }

    private protected override void SaveCore(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(ModelFile.TransformerVersion);
        base.SaveCore(ctx);
        ModelFile.WriteLabelColumnName(ctx, LabelColumnName);
    }

    // The label column's key values and slot names, kept in the schema of the training data, become slot names of Score and key values of PredictedLabel.
    private void SetScorer()
    {
        var schema = new RoleMappedSchema(TrainSchema, _inputs.Roles.Append(RoleMappedSchema.ColumnRole.Label.Bind(LabelColumnName)));
        var mapper = new NetworkMapper(Model.Task, Model.Network, SlotNames.Of(TrainSchema[LabelColumnName]));
        Scorer = Model.Task.CreateScorer(Host, new EmptyDataView(Host, TrainSchema), mapper.Bind(Host, schema), schema);
    }

    private RowToRowScorerBase ApplyScorer(IDataView input)
    {
        Contracts.CheckValue(input, nameof(input));
        _inputs.CheckTypes(Host, nameof(input), input.Schema, TrainSchema);
        return (RowToRowScorerBase)Scorer.ApplyToData(Host, input);
    }
}
