using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

// Checks of options against the catalog, the validation data and the model to continue from.
public sealed partial class BackpropTrainer
{
    // The label column decides between the tasks of a catalog. Options that suit none of them are refused before there is data.
    private static void CheckTasks(Options options, LearningTask[] tasks)
    {
        ArgumentException? refusal = null;
        foreach (var task in tasks)
        {
            try
            {
                options.LossFor(task);
                return;
            }
            catch (ArgumentException problem)
            {
                refusal ??= problem;
            }
        }
        throw refusal!;
    }

    private void CheckValidation(Options options, RoleMappedData? given)
    {
        var option = !_tasks[0].HasLabel
            ? nameof(Options.AnomalyThreshold)
            : options.ThresholdMetric is not null
            ? nameof(Options.ThresholdMetric)
            : options.PredictionIntervals is { HeldOutFraction: 0 } ? nameof(Options.PredictionIntervals)
            : options.IsExplicitlyEnabled(nameof(Options.TemperatureScaling)) ? nameof(Options.TemperatureScaling)
            : null;
        if (option is not null && given is null && options.ValidationFraction == 0 && !options.KFoldBagging)
            throw Host.ExceptParam(
                option, "{0} needs validation data: set {1}, {2} or {3}, or pass it to Fit.", option, nameof(Options.ValidationFraction),
                nameof(Options.ValidationData), nameof(Options.KFoldBagging));
        if (given is not null && options.KFoldBagging)
            throw Host.ExceptParam(
                "validationData",
                "{0} validates each row by the member that was not trained on it, so it cannot be combined with other validation data.",
                nameof(Options.KFoldBagging));
        if (given is not null && options.ValidationFraction > 0)
            throw Host.ExceptParam(
                "validationData", "{0} = {1} holds out validation rows, so it cannot be combined with other validation data. Set it to 0.",
                nameof(Options.ValidationFraction), options.ValidationFraction);
    }

    // A later check reports columns that are missing in the training data.
    private void CheckSameColumns(string argument, DataViewSchema training, DataViewSchema validation)
    {
        var inputs = InputsIn(training);
        string?[] needed = [.. inputs.Categories, LabelName, inputs.Features];
        if (_options.RowGroupColumnName is { } group) RowGroups.Check(Host, argument, SchemaShape.Create(validation), group);
        if (needed.OfType<string>().All(name => training.GetColumnOrNull(name) is not null))
            CheckSameNames(argument, training, validation, inputs);
        if (WeightColumn.Name is { } weight && training.GetColumnOrNull(weight) is { } column)
            ColumnChecks.CheckType(Host, argument, validation, "weight", weight, column.Type);
    }

    private TrainedNetwork? InitialNetwork(IPredictor? predictor, TrainingPlan plan)
    {
        if (predictor is null) return null;
        var model = (BackpropModelParameters)predictor;
        if (model.Task != plan.Task || model.Network.Loss != plan.Loss)
            throw Host.ExceptParam(
                "initialParameters", "The model to continue from was trained for {0} with {1}, not for {2} with {3}.", model.Task.Name,
                model.Network.Loss, plan.Task.Name, plan.Loss);
        if (model.Network.Blend is { } blend)
            throw Host.ExceptParam(
                "initialParameters",
                "The model to continue from is a blend of {0} networks. Continue from a model without a search: use another preset "
                + "than {1}, or set {2} to null.", blend.Parts.Count, nameof(Preset.Best), nameof(Options.Search));
        if (plan.Smallest is { } planned && model.Network.Network.HasMonotoneConstraints != planned.HasMonotoneConstraints)
            throw Host.ExceptParam(
                "initialParameters",
                "The model to continue from was trained {0} {1}, but the options have {2}. Set the same constraints, or train a new model.",
                planned.HasMonotoneConstraints ? "without" : "with", nameof(Options.MonotoneConstraints),
                planned.HasMonotoneConstraints ? "some" : "none");
        return model.Network;
    }
}
