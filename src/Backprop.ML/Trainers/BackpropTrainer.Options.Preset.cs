using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.ML.Presets;
using Backprop.Training;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // What was set by hand, and the preset's values for the rest.
    public sealed partial class Options
    {
        private Dictionary<string, object?> _chosen = [];
        private PresetValues? _recipe;

        /// <summary>Whether an option was set by hand.</summary>
        internal bool IsChosen(string option) => _chosen.ContainsKey(option);

        /// <summary>Whether an option was switched on by hand.</summary>
        internal bool IsExplicitlyEnabled(string option) => _chosen.GetValueOrDefault(option) is true;

        /// <summary>The same options, where those that were not set are what the preset says of this situation.</summary>
        internal Options In(DatasetProfile situation)
        {
            var options = Copy();
            options._recipe = RecipeFor(situation);
            return options;
        }

        /// <summary>Whether the rows are so few that none are held out, although the preset holds some out.</summary>
        internal bool HoldsOutTooFew(DatasetProfile situation) => situation.Rows < DatasetProfile.MinRowsToHoldOut && HoldsOut(RecipeOf(situation));

        private PresetValues RecipeFor(DatasetProfile situation)
        {
            var recipe = RecipeOf(situation);
            return HoldsOutTooFew(situation) ? recipe with { KFoldBagging = false, ValidationFraction = 0, LabelSmoothing = 0, TemperatureScaling = false } : recipe;
        }

        private PresetValues RecipeOf(DatasetProfile situation) => Adapted(Preset.For(situation with
        {
            HasValidation = situation.HasValidation || ValidationData is not null,
            MayCrossFit = situation.MayCrossFit && MayCrossFit,
        }));

        // What was set by hand is not reduced.
        private bool HoldsOut(PresetValues recipe) =>
            (recipe.KFoldBagging || recipe.ValidationFraction > 0) && !IsChosen(nameof(ValidationFraction)) && !IsExplicitlyEnabled(nameof(KFoldBagging));

        // Members leave out different rows only where all are sure to be in memory, none must stay together or apart, and nothing else was said of rows to be left out.
        private bool MayCrossFit =>
            Caching != DataCaching.Stream && MemoryBudget is null && SamplingKeyColumnName is null && ValidationRows == ValidationRows.Stratified && Mixup is null
            && !IsChosen(nameof(ValidationFraction)) && _chosen.GetValueOrDefault(nameof(KFoldBagging)) is not false
            && (!IsChosen(nameof(EnsembleSize)) || EnsembleSize >= RealMlp.EnsembleSize)
            && (!IsChosen(nameof(MissingValues)) || MissingValues != MissingValues.Learned)
            && (!IsChosen(nameof(EarlyStopping)) || EarlyStopping is { RefitOnAllRows: false });

        // Some of a preset's values belong together: where one was replaced by hand, those that only suit it go back to what is usual.
        private PresetValues Adapted(PresetValues recipe)
        {
            var plain = new PresetValues();
            if (IsChosen(nameof(Optimizer))) recipe = recipe with { LearningRate = plain.LearningRate };
            if (IsChosen(nameof(Initializer)) && Initializer is not (DataDependent or NtkNormal)) recipe = recipe with { NtkParametrization = false, LearningRate = plain.LearningRate };
            if ((LossFunction is not null || ClassWeights is not null || PositiveInstanceWeight != 1) && recipe.EarlyStopping is { } stopping) recipe = recipe with { EarlyStopping = stopping with { Metric = null } };
            if (IsChosen(nameof(EarlyStopping)) && EarlyStopping is null && ThresholdMetric is null && !IsExplicitlyEnabled(nameof(TemperatureScaling))) recipe = recipe with { ValidationFraction = 0 };
            if (IsExplicitlyEnabled(nameof(KFoldBagging))) recipe = recipe with { ValidationFraction = 0 };
            if (IsChosen(nameof(NumberOfIterations)) && recipe is { KFoldBagging: true, EarlyStopping: { } often }) recipe = recipe with { EarlyStopping = often with { Interval = RealMlp.IntervalFor(NumberOfIterations) } };
            if (LossFunction is { AllowsTargetScaling: false }) recipe = recipe with { ClampPredictions = false };
            return recipe;
        }

        private T Chosen<T>(Func<PresetValues, T> ofPreset, [CallerMemberName] string option = "") =>
            _chosen.TryGetValue(option, out var value) ? (T)value! : ofPreset(_recipe ?? RecipeFor(DatasetProfile.Typical));

        private void Choose(object? value, [CallerMemberName] string option = "") => _chosen[option] = value;
    }
}
