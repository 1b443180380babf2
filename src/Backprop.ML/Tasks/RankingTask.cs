using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Single or key label: the relevance of a row within its group. Keys are relevance 0, 1, 2, … in the order of their values. Score
/// is larger for more relevant rows.</summary>
internal sealed class RankingTask : LearningTask
{
    public override string Name => "Ranking";

    public override PredictionKind Kind => PredictionKind.Ranking;

    public override TargetKind TargetKind => TargetKind.Relevance;

    public override bool HasGroups => true;

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeR4ScalarColumn(name);

    public override bool Accepts(SchemaShape.Column label) =>
        base.Accepts(label) || MulticlassClassification.Accepts(label);

    public override string LabelTypes => $"{base.LabelTypes} or {MulticlassClassification.LabelTypes}";

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
        [OutputColumn.ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single)];

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) =>
        ScoreSchema(NumberDataViewType.Single, AnnotationUtils.Const.ScoreColumnKind.Ranking);

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        OutputGetters.FirstPrediction(row);
}
