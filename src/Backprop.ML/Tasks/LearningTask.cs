using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tasks;

/// <summary>A task: its label column, loss, outputs, and the columns that scoring adds.</summary>
/// <remarks>A new task is one file in this folder and one entry in <see cref="All"/>.</remarks>
internal abstract class LearningTask
{
    /// <summary>Boolean label.</summary>
    public static LearningTask BinaryClassification { get; } = new BinaryClassificationTask();

    /// <summary>Key label.</summary>
    public static LearningTask MulticlassClassification { get; } = new MulticlassClassificationTask();

    /// <summary>Single label.</summary>
    public static LearningTask Regression { get; } = new RegressionTask();

    /// <summary>Label of several Singles.</summary>
    public static LearningTask MultiTargetRegression { get; } = new MultiTargetRegressionTask();

    /// <summary>Label of several Booleans.</summary>
    public static LearningTask MultiLabelClassification { get; } = new MultiLabelClassificationTask();

    /// <summary>Single or key label, with a column of groups.</summary>
    public static LearningTask Ranking { get; } = new RankingTask();

    /// <summary>The tasks that follow from the type of the label column, one for each type.</summary>
    public static IReadOnlyList<LearningTask> OfLabels { get; } = [
        BinaryClassification, MulticlassClassification, Regression, MultiTargetRegression, MultiLabelClassification];

    /// <summary>No label.</summary>
    public static LearningTask AnomalyDetection { get; } = new AnomalyDetectionTask();

    /// <summary>Every task.</summary>
    public static IReadOnlyList<LearningTask> All { get; } = [.. OfLabels, Ranking, AnomalyDetection];

    /// <summary>The name of the task in saved models.</summary>
    public abstract string Name { get; }

    /// <summary>ML.NET's name for the kind of task.</summary>
    public abstract PredictionKind Kind { get; }

    /// <summary>The kind of targets that a loss must have for this task.</summary>
    public abstract TargetKind TargetKind { get; }

    /// <summary>The default loss.</summary>
    public Loss DefaultLoss => LossWith(labelSmoothing: 0);

    /// <summary>The default loss with label smoothing, if the task has classes.</summary>
    public Loss LossWith(double labelSmoothing) => Describe(DatasetProfile.Typical).LossWith(labelSmoothing);

    /// <summary>Whether training needs a label column. Without one, every target is 0.</summary>
    public virtual bool HasLabel => true;

    /// <summary>The label column that the task requires, or one of them; no valid column if it has no label.</summary>
    public abstract SchemaShape.Column LabelShape(string name);

    /// <summary>Whether a column may be the label.</summary>
    public virtual bool Accepts(SchemaShape.Column label) => LabelShape(label.Name).IsCompatibleWith(label);

    /// <summary>The types of labels, in words for error messages.</summary>
    public virtual string LabelTypes => LabelShape("Label").GetTypeString();

    /// <summary>Whether rows belong to groups, whose rows are compared with each other.</summary>
    public virtual bool HasGroups => false;

    /// <summary>Whether rows, or labels of a row, are called positive above a threshold.</summary>
    public virtual bool HasThreshold => TargetKind == TargetKind.Binary;

    /// <summary>Whether every row belongs to one of several classes.</summary>
    public virtual bool HasClasses => false;

    /// <summary>Whether the label is a vector.</summary>
    public virtual bool HasSeveralTargets => false;

    /// <summary>The profile of data for this task, for presets.</summary>
    public DatasetProfile Describe(DatasetProfile profile) =>
        profile with { TargetKind = TargetKind, HasSeveralTargets = HasSeveralTargets, ReconstructsFeatures = !HasLabel };

    /// <summary>The names of the classes, in their order; empty if there are none.</summary>
    public virtual IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => [];

    /// <summary>The type of the slots of a vector label; null for other labels.</summary>
    public virtual PrimitiveDataViewType? TargetType => null;

    /// <summary>Number of target columns of a label column.</summary>
    public virtual int TargetColumns(DataViewSchema.Column label) => 1;

    /// <summary>The number of outputs that a network needs for this label column and this loss.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column does not determine this number.</exception>
    public virtual int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss)
    {
        var targets = TargetColumns(label);
        if (loss is LossPerTarget { Losses.Count: var losses } && losses != targets)
            throw context.ExceptParam(
                nameof(BackpropTrainer.Options.LossFunction),
                "{0} has {1} losses, but label column '{2}' has {3} slots. Set one loss for each slot, in their order.",
                nameof(BackpropTrainer.Options.LossFunction), losses, label.Name, targets);
        return loss.OutputsFor(targets);
    }

    /// <summary>Whether a network with this number of outputs fits this task.</summary>
    public virtual bool FitsOutputs(Loss loss, int outputs) => loss.FitsTargets(outputs, targetColumns: 1);

    /// <summary>The shapes of the columns that scoring adds, before training.</summary>
    public abstract SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss);

    /// <summary>Whether the Score column has predictions; otherwise it has scores, and the Probability column has the
    /// predictions.</summary>
    public virtual bool ScoresArePredictions => TargetKind != TargetKind.Binary;

    /// <summary>Checks that a saved network has what its columns are computed from.</summary>
    /// <exception cref="FormatException">It has not.</exception>
    public virtual void CheckLoaded(TrainedNetwork network)
    {
        if (network.Errors is not null)
            throw new FormatException($"The saved model for the task {Name} has reconstruction errors, which only autoencoders have.");
    }

    /// <summary>The columns that a network returns to the scorer; the scorer may add columns that are derived from them.</summary>
    /// <param name="network">The network that scores.</param>
    /// <param name="outputs">The positions of its outputs in the Score column.</param>
    public abstract DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs);

    /// <summary>The getter of one of these columns; a <c>ValueGetter</c> of the column's type.</summary>
    public abstract Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold);

    /// <summary>The tensor of a column that scoring adds.</summary>
    public virtual string TensorOf(string column, ScoredTensors scored) => scored.Predictions;

    /// <summary>ML.NET's scorer for this task: it adds the output columns and their annotations.</summary>
    public virtual RowToRowScorerBase CreateScorer(
        IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema, DecisionThreshold threshold) =>
        new GenericScorer(host, new GenericScorer.Arguments(), trainSchemaView, mapper, schema);

    /// <summary>The task for a label column of this shape; null if there is none.</summary>
    public static LearningTask? For(SchemaShape.Column label) =>
        OfLabels.FirstOrDefault(task => task.Accepts(label));

    /// <summary>The label types of some tasks, in words for error messages.</summary>
    public static string LabelTypesOf(IEnumerable<LearningTask> tasks) =>
        string.Join(" or ", tasks.Select(task => task.LabelTypes));

    // A name for each prediction of a loss; empty if they have no names.
    private protected static IReadOnlyList<string> NamesOf(Loss loss) =>
        loss.PredictionNames.Count == loss.OutputsFor(targetColumns: 1) ? loss.PredictionNames : [];

    private protected static bool HasSlotNames(SchemaShape.Column label) =>
        label.Annotations.Any(annotation => annotation.Name == AnnotationUtils.Kinds.SlotNames);

    private protected static DataViewSchema ScoreSchema(DataViewType type, string kind, params IReadOnlyList<string> slotNames) =>
        Schema((DefaultColumnNames.Score, type, OutputColumn.Annotations(kind, AnnotationUtils.Const.ScoreValueKind.Score, slotNames)));

    private protected static DataViewSchema Schema(
        params ReadOnlySpan<(string Name, DataViewType Type, DataViewSchema.Annotations Annotations)> columns)
    {
        var schema = new DataViewSchema.Builder();
        foreach (var (name, type, annotations) in columns) schema.AddColumn(name, type, annotations);
        return schema.ToSchema();
    }
}
