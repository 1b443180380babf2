using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    /// <summary>A <see cref="Options.BatchSize"/> that no data set reaches: every step uses all examples, as in classic gradient descent.</summary>
    public const int FullBatch = TrainingOptions.FullBatch;

    /// <summary>Everything that can be chosen about columns, network and training. Checked when a trainer is made of it; later changes have no effect on that trainer.</summary>
    /// <remarks>In four files: columns and data here, then what the network looks like, how it is trained, and what all of it is checked for and turned into.</remarks>
    public sealed partial class Options
    {
        /// <summary>What the options that are not set by hand are. An option whose default is said to be the preset's says here what it is for a classification of many rows; <c>Fit</c> knows the task and the size of the data.</summary>
        /// <value><see cref="ML.Preset.Default"/>: the strongest published recipe for tables.</value>
        public Preset Preset { get; set; } = Preset.Default;

        /// <summary>The column to predict: Boolean, key or Single; its type decides the task.</summary>
        /// <value>"Label".</value>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The column to predict from: a vector of Single of known size.</summary>
        /// <value>"Features". Null: none; the model predicts from <see cref="CategoricalFeatureColumnNames"/> alone. If those are given and the data has no column
        /// "Features", the default means the same as null, with a warning on <c>MLContext.Log</c>.</value>
        public string? FeatureColumnName { get; set; } = DefaultColumnNames.Features;

        /// <summary>A column of Single that says how much each row counts: weight 2 counts like the row twice.</summary>
        /// <value>Null: all rows count the same.</value>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>Key columns, or vectors of keys, to predict from beside the features: each key becomes a learned vector (<see cref="EntityEmbedding"/>, <see cref="EmbeddingDimension"/>), or columns of 0 and 1 if it has few values (<see cref="MaximumOneHotValues"/>).</summary>
        /// <value>None. No one-hot encoding is needed.</value>
        /// <remarks>
        /// Only key values that occur in the training rows have vectors or columns, so a key may have any number of values. All other values
        /// are unknown: they share one vector with missing keys, or have none of the columns. At most 16,777,216 values can be told apart.
        /// In other data, keys are matched by their names (the key values that <c>MapValueToKey</c> keeps), in whatever order these are; a
        /// new name is unknown. If either side has no names for all of its keys, as after <c>Hash</c>, the numbers decide.
        /// ML.NET's permutation importance does not see these columns; <c>ColumnImportance</c> on the catalogs does.
        /// </remarks>
        public string[] CategoricalFeatureColumnNames { get; set; } = [];

        /// <summary>What becomes of rows with missing features (NaN), in training and in scoring.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="MissingValues.Skip"/>: training leaves them out and counts them, as ML.NET's trainers do, and their score is NaN. Otherwise mean, median or a learned number stands in, and
        /// an input says of every slot that was missing in some training rows, but not in all, whether it is missing; all of it is part of the model. Rows that are kept sparse stay so, but with learned numbers.</value>
        public MissingValues MissingValues { get => Chosen(recipe => recipe.MissingValues); set => Choose(value); }

        /// <summary>What rows whose label is true count for, beside their own weight.</summary>
        /// <value>1; &gt; 0 and finite. Of binary classification alone. Multiplied by <see cref="ClassWeights"/>, where those are given.</value>
        public double PositiveInstanceWeight { get; set; } = 1;

        /// <summary>What the rows of every class count for, beside their own weight: <see cref="ML.ClassWeights.Balanced"/>, or numbers by name.</summary>
        /// <value>Null: 1. Of binary and multiclass classification.</value>
        public ClassWeights? ClassWeights { get; set; }

        /// <summary>The share of the rows that is kept from training, for early stopping to watch.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0: none; below 1. 0.1 to 0.2 are usual.
        /// Every class of at least two rows gives its share; a warning names classes that have no row on one of the sides.</value>
        public double ValidationFraction { get => Chosen(recipe => recipe.ValidationFraction); set => Choose(value); }

        /// <summary>Which rows those are.</summary>
        /// <value><see cref="ValidationRows.Stratified"/>: random ones, the same share of every class. <see cref="ValidationRows.Last"/> for data in the order of time. Ignored where <see cref="SamplingKeyColumnName"/> decides.</value>
        public ValidationRows ValidationRows { get; set; }

        /// <summary>A column whose rows of equal values belong together: a customer, a patient, a day. They are kept from training together, or not at all.</summary>
        /// <value>Null: every row stands for itself. Otherwise <see cref="ValidationFraction"/> must be above 0; it is the share of the rows, as near as whole groups allow. At least two groups are needed.</value>
        public string? SamplingKeyColumnName { get; set; }

        /// <summary>What early stopping watches, with the columns that the training data has where the trainer stands: earlier steps of a chain are not applied to it.</summary>
        /// <value>Null. Not together with <see cref="ValidationFraction"/>, or with validation data that is given to <c>Fit</c>.</value>
        public IDataView? ValidationData { get; set; }

        /// <summary>The metric for which the score is chosen, on the validation data, from which on a row is called positive.</summary>
        /// <value>Null: from 0 on, a probability of one half; so it is, with a warning, where all validation rows are of one class. Otherwise <see cref="Accuracy"/>, <see cref="F1Score"/> or <see cref="MacroAccuracy"/>, of binary classification. <see cref="BackpropTransformer.WithThreshold"/> chooses another afterwards.</value>
        /// <remarks>ML.NET's <c>Evaluate</c>, <c>CrossValidate</c> and permutation importance ignore the threshold: they call a row positive when its score is above 0.
        /// <c>ml.BinaryClassification.EvaluatePredictedLabel</c> and <c>CrossValidatePredictedLabel</c> use it.</remarks>
        public Metric? ThresholdMetric { get; set; }

        /// <summary>Whether features are shifted and scaled, inside the model, as <see cref="FeatureScaling"/> says.</summary>
        /// <remarks>A feature that is constant or empty in training becomes 0 either way, so that its later values do not change predictions. A warning names it.
        /// Only <see cref="InitialParameters"/> for features that are not scaled keep all of them.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: true. Going on from an earlier model uses that model's numbers.</value>
        public bool NormalizeFeatures { get => Chosen(recipe => recipe.NormalizeFeatures); set => Choose(value); }

        /// <summary>By what features are shifted and scaled.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="FeatureScaling.Standard"/>: to mean 0 and standard deviation 1. Sparse features are divided by their largest magnitude either way.</value>
        public FeatureScaling FeatureScaling { get => Chosen(recipe => recipe.FeatureScaling); set => Choose(value); }

        /// <summary>Whether the label of a regression is shifted and scaled for training, inside the model; predictions are in units of the label all the same.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: true. Ignored for classification, and for losses whose predictions are not in units of the label (<see cref="Loss.AllowsTargetScaling"/>).</value>
        public bool NormalizeLabel { get => Chosen(recipe => recipe.NormalizeLabel); set => Choose(value); }

        /// <summary>Where random numbers start: same seed and same data, same bits.</summary>
        /// <value>Null: drawn once from the <c>MLContext</c> when the trainer is made.</value>
        public int? Seed { get; set; }

        /// <summary>Threads to train with. The result does not depend on it.</summary>
        /// <value>Null: as many as there are processors that no other training of this process uses; otherwise at least 1, and an upper bound. Small steps are left to fewer threads.</value>
        public int? NumberOfThreads { get; set; }

        /// <summary>Ends <c>Fit</c> when it is cancelled, in any phase, within 200 ms. <c>Fit</c> returns what was learned so far: the best weights where validation data shows which, with <see cref="TemperatureScaling"/> and <see cref="ThresholdMetric"/>.</summary>
        /// <remarks>Temperature and threshold are those of the last validation check that was best. If there was none, and there is no time to score the validation rows, they are left out with a warning.</remarks>
        /// <value>None. If it is cancelled before the first minibatch, there is nothing to return, and <see cref="OperationCanceledException"/> is thrown. Unlike cancelling the <c>MLContext</c>, it ends this <c>Fit</c> alone.</value>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>Whether cancellation throws <see cref="OperationCanceledException"/> instead.</summary>
        /// <value>False.</value>
        public bool ThrowOnCancellation { get; set; }

        /// <summary>Bytes that the rows of the training and validation data may take in memory: rows × (features + label + weight) × 4.</summary>
        /// <value>Null: what is free when <c>Fit</c> begins, less what else the training needs, with a fifth to spare; in a container, of its limit.
        /// Otherwise at least 1. What becomes of data that takes more, <see cref="Caching"/> says.</value>
        public long? MemoryBudget { get; set; }

        /// <summary>Where the training data is kept.</summary>
        /// <value><see cref="DataCaching.Auto"/>: in memory, if it fits <see cref="MemoryBudget"/>; otherwise it is read again in every epoch, and once before to be measured.
        /// A source that can be read only once cannot be read again, and is then refused. Validation data is always kept: of a stream, as many rows as fit, with a warning.
        /// What is measured of all rows, such as medians, is then measured of a sample; <see cref="ValidationRows.Stratified"/> draws every row by itself; L-BFGS and <c>RefitOnAllRows</c> need memory.</value>
        public DataCaching Caching { get; set; }

        /// <summary>Whether every report says how activations and gradients fare from layer to layer; when they vanish, explode or die, <c>MLContext.Log</c> warns of it in words.</summary>
        /// <value>False. If true, up to 256 rows more are taken forward and back in every pass; what is learned does not change.</value>
        public bool Diagnostics { get; set; }

        /// <summary>A folder for TensorBoard: every <c>Fit</c> makes a folder run-001, run-002, … in it, and writes loss, metric and learning rate of every pass there, with scales of all layers where <see cref="Diagnostics"/> is on.</summary>
        /// <value>Null: none. Made where it does not exist. <c>tensorboard --logdir</c> shows it, during training too.</value>
        public string? TensorBoardDirectory { get; set; }

        /// <summary>Told after every pass, on the thread that called <c>Fit</c>.</summary>
        /// <value>Null. The same numbers go to <c>MLContext.Log</c> and to the model's <c>History</c>.</value>
        public IProgress<EpochReport>? Progress { get; set; }

        /// <summary>Receives each phase of <c>Fit</c> when it begins, on the thread that called <c>Fit</c>: counting, reading, measuring, initializing, each epoch and validation check, calibrating.</summary>
        /// <value>Null. All phases outside of epochs are lines of <c>MLContext.Log</c>, too.</value>
        public IProgress<TrainingPhaseReport>? PhaseProgress { get; set; }

        /// <summary>What <see cref="MaximumTrainingTime"/> is measured by.</summary>
        internal TimeProvider Clock { get; set; } = TimeProvider.System;
    }
}
