using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tasks;

/// <summary>What differs from task to task: the label column, the loss, the outputs, and the columns that scoring adds.</summary>
/// <remarks>A new task is one file beside this one and one entry in <see cref="All"/>.</remarks>
internal abstract class LearningTask
{
    /// <summary>Boolean label.</summary>
    public static LearningTask BinaryClassification { get; } = new BinaryClassificationTask();

    /// <summary>Key label.</summary>
    public static LearningTask MulticlassClassification { get; } = new MulticlassClassificationTask();

    /// <summary>Single label.</summary>
    public static LearningTask Regression { get; } = new RegressionTask();

    /// <summary>Every task, one for each type of label column.</summary>
    public static IReadOnlyList<LearningTask> All { get; } = [BinaryClassification, MulticlassClassification, Regression];

    /// <summary>The name that saved models keep.</summary>
    public abstract string Name { get; }

    /// <summary>ML.NET's word for the task.</summary>
    public abstract PredictionKind Kind { get; }

    /// <summary>What a loss must expect of its targets to suit this task.</summary>
    public abstract TargetKind TargetKind { get; }

    /// <summary>The loss used where none is given.</summary>
    public abstract Loss DefaultLoss { get; }

    /// <summary>The label column that the task asks for.</summary>
    public abstract SchemaShape.Column LabelShape(string name);

    /// <summary>How many outputs a network for this label column needs under this loss.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column does not tell.</exception>
    public abstract int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss);

    /// <summary>The columns that scoring adds, as promised before training.</summary>
    public abstract SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss);

    /// <summary>What scores one row in the way ML.NET's scorer for this task expects.</summary>
    public abstract ScoreMapper CreateMapper(TrainedNetwork network);

    /// <summary>ML.NET's scorer for this task: it adds the output columns and their annotations.</summary>
    public abstract RowToRowScorerBase CreateScorer(IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema);

    /// <summary>The task that a label column of this shape asks for; null, if none does.</summary>
    public static LearningTask? For(SchemaShape.Column label) => All.FirstOrDefault(task => task.LabelShape(label.Name).IsCompatibleWith(label));

    /// <summary>The label types of every task, in words for error messages.</summary>
    public static string AllowedLabelTypes => string.Join(" or ", All.Select(task => task.LabelShape("Label").GetTypeString()));

    private protected static SchemaShape.Column ScalarShape(string name, DataViewType type, bool isNormalized = false) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, type, isKey: false, new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation(isNormalized)));
}
