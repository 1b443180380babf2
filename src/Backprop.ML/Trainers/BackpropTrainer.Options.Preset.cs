using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // The values that the user set, and the values of the preset for the other options.
    public sealed partial class Options
    {
        private Dictionary<string, object?> _chosen = [];
        private PresetValues? _values;

        /// <summary>The number of epochs that the interval of validation checks suits; null for
        /// <see cref="NumberOfIterations"/>.</summary>
        internal int? EpochsOfInterval { get; set; }

        /// <summary>Whether the user set an option.</summary>
        internal bool IsChosen(string option) => _chosen.ContainsKey(option);

        /// <summary>Whether the user set an option to true.</summary>
        internal bool IsExplicitlyEnabled(string option) => _chosen.GetValueOrDefault(option) is true;

        /// <summary>The same options with the values of the preset for some data.</summary>
        internal Options In(DatasetProfile profile)
        {
            var options = Copy();
            options._values = ValuesFor(profile);
            return options;
        }

        /// <summary>The same, to continue a training: labels stay as smooth as they were, unless the user set
        /// <see cref="LabelSmoothing"/> or <see cref="LossFunction"/>. The number of new rows does not change the loss.</summary>
        internal Options In(DatasetProfile profile, Loss? earlier)
        {
            var options = In(profile);
            if (PresetValues.SmoothingOf(earlier) is { } same && !IsChosen(nameof(LabelSmoothing)) && LossFunction is null)
                options._values = options._values!.WithLabelSmoothing(same);
            return options;
        }

        /// <summary>The same options with other values of some.</summary>
        internal Options With(IReadOnlyDictionary<string, object?> values)
        {
            var options = Copy();
            foreach (var (name, value) in values) options._chosen[name] = value;
            return options;
        }

        /// <summary>Whether no rows are held out because there are too few, although the preset holds some out.</summary>
        internal bool HoldsOutTooFew(DatasetProfile profile) => HoldsOutTooFew(profile, AdaptedValuesFor(profile));

        // Only the held-out rows of the preset are omitted, not those that the user has set.
        private bool HoldsOutTooFew(DatasetProfile profile, PresetValues values) =>
            profile.Rows < DatasetProfile.MinRowsToHoldOut && values.HoldsOut
            && !IsChosen(nameof(ValidationFraction)) && !IsExplicitlyEnabled(nameof(KFoldBagging));

        private PresetValues ValuesFor(DatasetProfile profile)
        {
            var values = AdaptedValuesFor(profile);
            return HoldsOutTooFew(profile, values) ? values.WithoutHoldOut() : values;
        }

        private PresetValues AdaptedValuesFor(DatasetProfile profile) => Adapted(Preset.For(profile with
        {
            HasValidation = profile.HasValidation || ValidationData is not null,
            AllowsKFoldBagging = profile.AllowsKFoldBagging && AllowsKFoldBagging,
        }));

        // Members hold out different rows only if all rows are in memory, rows are independent, and no option prevents it.
        private bool AllowsKFoldBagging =>
            !IsStream && MemoryBudget is null && SamplingKeyColumnName is null
            && ValidationRows == ValidationRows.Stratified && Mixup is null
            && !IsChosen(nameof(ValidationFraction)) && _chosen.GetValueOrDefault(nameof(KFoldBagging)) is not false
            && (!IsChosen(nameof(EnsembleSize)) || EnsembleSize >= RealMlp.EnsembleSize)
            && (!IsChosen(nameof(MissingValues)) || MissingValues != MissingValues.Learned)
            && (!IsChosen(nameof(EarlyStopping)) || EarlyStopping is { RefitOnAllRows: false });

        // Some values of a preset depend on each other. If the user replaces one, the others return to their defaults.
        private PresetValues Adapted(PresetValues values)
        {
            var (network, training, data) = (values.Architecture, values.Training, values.Preparation);
            if (IsChosen(nameof(Optimizer))) training = training with { LearningRate = null };
            if (IsChosen(nameof(Initializer)) && Initializer is not (DataDependent or NtkNormal))
            {
                network = network with { NtkParametrization = false };
                training = training with { LearningRate = null };
            }
            var hasOwnLoss = LossFunction is not null || ClassWeights is not null || PositiveInstanceWeight != 1;
            if (hasOwnLoss && training.EarlyStopping is { } stopping)
                training = training with { EarlyStopping = stopping with { Metric = MetricFor(LossFunction, stopping.Metric) } };
            var hasNoUseForValidation = !network.Autoencoder && ThresholdMetric is null
                && PredictionIntervals is not { HeldOutFraction: 0 } && !IsExplicitlyEnabled(nameof(TemperatureScaling));
            if (IsChosen(nameof(EarlyStopping)) && EarlyStopping is null && hasNoUseForValidation)
                data = data with { ValidationFraction = 0 };
            if (IsExplicitlyEnabled(nameof(KFoldBagging))) data = data with { ValidationFraction = 0 };
            if (IsChosen(nameof(NumberOfIterations)) && training is { KFoldBagging: true, EarlyStopping: { } often })
            {
                var interval = RealMlp.IntervalFor(EpochsOfInterval ?? NumberOfIterations);
                training = training with { EarlyStopping = often with { Interval = interval } };
            }
            if (LossFunction is { AllowsTargetScaling: false }) training = training with { ClampPredictions = false };
            return values with { Architecture = network, Training = training, Preparation = data };
        }

        // The metric of a preset fits the default loss. NDCG fits every ranking loss, with the gains of the loss.
        private static NormalizedDiscountedCumulativeGain? MetricFor(Loss? loss, Metric? metric)
        {
            if (metric is not NormalizedDiscountedCumulativeGain ndcg || loss is not RankingLoss) return null;
            return loss is LambdaRankLoss own ? ndcg with { Gains = own.Gains } : ndcg;
        }

        /// <summary>The options that decide the training, as texts: those of the preset, and those that the user set.</summary>
        internal IReadOnlyList<OptionValue> Describe()
        {
            var values = Resolved();
            return
            [
                .. OptionTable.All.Where(option => option.IsOfPreset || (option.IsDescribed && IsChosen(option.Name)))
                    .Select(option => new OptionValue(option.Name, Text(option, ValueOf(option)), IsChosen(option.Name))),
            ];

            object? ValueOf(OptionDescriptor option) => option.Read is { } read ? read(values) : _chosen[option.Name];

            // Arrays and objects without a text of their own are only named.
            static string Text(OptionDescriptor option, object? value)
            {
                var text = option.Print(value);
                return text == value?.GetType().ToString() ? $"a value of type {value.GetType().Name}" : text;
            }
        }

        /// <summary>Removes all receivers of reports.</summary>
        internal void ReportNothing() => (Progress, PhaseProgress, TensorBoardDirectory) = (null, null, null);

        /// <summary>The values that training uses: those of the preset, overridden by those that the user set.</summary>
        internal PresetValues Resolved()
        {
            var values = _values ?? ValuesFor(DatasetProfile.Typical);
            foreach (var option in OptionTable.All)
                if (_chosen.TryGetValue(option.Name, out var chosen)) values = option.Override(values, chosen);
            return values;
        }

        private T Get<T>([CallerMemberName] string name = "")
        {
            if (_chosen.TryGetValue(name, out var chosen)) return (T)chosen!;
            var option = OptionTable.Of(name);
            return (T)(option.IsOfPreset ? option.ValueIn(_values ?? ValuesFor(DatasetProfile.Typical)) : option.Default)!;
        }

        private void Set(object? value, [CallerMemberName] string name = "") => _chosen[name] = value;
    }
}
