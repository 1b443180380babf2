using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // Converts the options to the records of the core.
    public sealed partial class Options
    {
        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy._chosen = _chosen.ToDictionary(each => each.Key, each => each.Value is Array array ? array.Clone() : each.Value);
            return copy;
        }

        /// <summary>The architecture, including values that depend on the data.</summary>
        /// <param name="keys">The key columns.</param>
        /// <param name="slots">The traits of the features.</param>
        /// <param name="monotone">The slots with monotone constraints.</param>
        internal MultilayerPerceptron ToPerceptron(IReadOnlyList<KeySlot> keys, FeatureTraits slots, MonotoneSlots monotone)
        {
            var architecture = Resolved().Architecture with
            {
                Categories =
                [
                    .. Categories.Select(category => InNetwork(category, slots)),
                    .. keys.Where(key => !IsOneHot(key)).Select(Embedded),
                ],
                OneHotCategories = [.. keys.Where(IsOneHot).Select(key => new OneHotCategory(key.Slot, key.Count))],
                OneHotScaling = NormalizeFeatures ? FeatureScaling : null,
                IndicatedFeatures = slots.WithMissing,
                IncreasingFeatures = InNetwork(monotone.Increasing, slots),
                DecreasingFeatures = InNetwork(monotone.Decreasing, slots),
            };
            return architecture with
            {
                QuantileFeatures = [.. slots.Concentrated.Except(architecture.CategorySlots)],
                FewValuedFeatures = architecture.Allowed(slots.FewValued),
            };
        }

        // A slot that the network does not read has always the same value.
        private static int[] InNetwork(IReadOnlyList<int> slots, FeatureTraits traits) =>
            slots.Count == 0 ? [] : [.. slots.Select(traits.Columns!.Features.IndexOf).Where(input => input >= 0).Order()];

        // The options name slots by their position in the data.
        private static EmbeddedCategory InNetwork(EmbeddedCategory category, FeatureTraits traits) =>
            traits.Columns is { } known ? category with { Slot = known.Features.IndexOf(category.Slot) } : category;

        private EmbeddedCategory Embedded(KeySlot key) =>
            new(key.Slot, key.Count, EmbeddingDimension ?? EmbeddedCategory.DefaultDimension(key.Count));

        // The missing value is one of the values.
        private bool IsOneHot(KeySlot key) => key.Count < MaximumOneHotValues;

        /// <summary>The options of the core, including values that depend on the task.</summary>
        internal TrainingOptions ToTrainingOptions(Loss loss, int seed, double[]? classWeights = null)
        {
            var training = Resolved().Training;
            return training with
            {
                Loss = loss,
                ClassWeights = classWeights,
                BalancedClassWeights = ClassWeights is { IsBalanced: true },
                TemperatureScaling = training.TemperatureScaling && loss.HasLogits,
                Clock = Clock,
                Seed = seed,
            };
        }

        /// <summary>The threshold of anomaly detection.</summary>
        internal DecisionThreshold AnomalyDecision => new((float)AnomalyThreshold, DefaultColumnNames.Probability);

        /// <summary>A weight for each class, or for false and true of each of several labels; null if all weights are equal.</summary>
        internal double[]? ClassWeightsFor(LearningTask task, DataViewSchema.Column label)
        {
            if (task is { HasLabel: true, HasThreshold: true, HasSeveralTargets: true }) return WeightsOfLabels(label);
            if (!task.HasClasses) return null;
            var weights = ClassWeights is { IsBalanced: false } named ? named.By(task.ClassNames(label), label.Name) : null;
            if (PositiveInstanceWeight == 1) return weights;
            return [weights?[0] ?? 1, (weights?[1] ?? 1) * PositiveInstanceWeight];
        }

        // A named weight of a label is that of true; false has the weight 1.
        private double[]? WeightsOfLabels(DataViewSchema.Column label)
        {
            var names = SlotNames.Unique(label);
            var weights = ClassWeights is { IsBalanced: false } named ? named.By(names, label.Name) : null;
            if (weights is null && PositiveInstanceWeight == 1) return null;
            return [.. Enumerable.Range(0, names.Count).SelectMany(k => new[] { 1, (weights?[k] ?? 1) * PositiveInstanceWeight })];
        }
    }
}
