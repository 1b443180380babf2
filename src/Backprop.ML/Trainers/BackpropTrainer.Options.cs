using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    /// <summary>A <see cref="Options.BatchSize"/> of all rows: every step uses the whole data set.</summary>
    public const int FullBatch = TrainingOptions.FullBatch;

    /// <summary>The options of columns, network and training. docs/options.md lists them.</summary>
    /// <remarks>A trainer checks and copies them when it is made. Later changes have no effect on that trainer.</remarks>
    public sealed partial class Options
    {
        /// <summary>The values of all options that you do not set.</summary>
        /// <remarks>The value of an option shows here what it is for a classification of 10,000 rows. <c>Fit</c> uses the task and the
        /// size of the data.</remarks>
        /// <value><see cref="ML.Preset.Default"/>: the strongest published recipe for tables.</value>
        public Preset Preset { get; set; } = Preset.Default;

        /// <summary>The column to predict; its type decides the task: Boolean, key, Single, or a vector of Boolean or Single.</summary>
        /// <value>"Label".</value>
        public string LabelColumnName { get => Get<string>(); set => Set(value); }

        /// <summary>The column to predict from: a vector of Single of known size.</summary>
        /// <value>"Features". Null: none; the model predicts from <see cref="CategoricalFeatureColumnNames"/> alone. If those are given
        /// and the data has no column
        /// "Features", the default means the same as null, with a warning on <c>MLContext.Log</c>.</value>
        public string? FeatureColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>A column of Single with the weight of each row. A row of weight 2 counts like two rows.</summary>
        /// <value>Null: all rows count the same.</value>
        public string? ExampleWeightColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>Key columns, or vectors of keys, to predict from in addition to the features.</summary>
        /// <value>None. No one-hot encoding is needed.</value>
        /// <remarks>
        /// A key becomes a learned vector (<see cref="EmbeddingDimension"/>). A key of few values becomes columns of 0 and 1
        /// (<see cref="MaximumOneHotValues"/>).
        /// Only key values that occur in the training rows have vectors or columns, so a key may have any number of values. All other
        /// values
        /// are unknown: they share one vector with missing keys, or have none of the columns. At most 16,777,216 values can be told apart.
        /// In other data, keys are matched by their names (the key values that <c>MapValueToKey</c> keeps), in whatever order these are; a
        /// new name is unknown. If either side has no names for all of its keys, as after <c>Hash</c>, the numbers decide.
        /// ML.NET's permutation importance does not see these columns; <c>ColumnImportance</c> on the catalogs does.
        /// </remarks>
        public string[] CategoricalFeatureColumnNames { get => Get<string[]>(); set => Set(value); }

        /// <summary>How training and scoring treat rows with missing features (NaN).</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="MissingValues.Skip"/>: training leaves them out and counts
        /// them, as ML.NET's trainers do, and their score is NaN. Otherwise mean, median or a learned number stands in, and
        /// an input says of every slot that was missing in some training rows, but not in all, whether it is missing; all of it is part
        /// of the model. Rows that are kept sparse stay so, but with learned numbers.</value>
        public MissingValues MissingValues { get => Get<MissingValues>(); set => Set(value); }

        /// <summary>A factor of the weight of each row whose label is true.</summary>
        /// <value>1; &gt; 0 and finite. Of binary classification alone. Multiplied by <see cref="ClassWeights"/>, where those are
        /// given.</value>
        public double PositiveInstanceWeight { get => Get<double>(); set => Set(value); }

        /// <summary>A factor of the weight of each row, by its class: <see cref="ML.ClassWeights.Balanced"/>, or factors by name.</summary>
        /// <value>Null: 1. Of binary and multiclass classification.</value>
        public ClassWeights? ClassWeights { get => Get<ClassWeights?>(); set => Set(value); }

        /// <summary>The share of the rows that is held out for validation.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0: none; below 1. 0.1 to 0.2 are usual.
        /// Every class of at least two rows gives its share; a warning names classes that have no row on one of the sides.</value>
        public double ValidationFraction { get => Get<double>(); set => Set(value); }

        /// <summary>Which rows are held out for validation.</summary>
        /// <value><see cref="ValidationRows.Stratified"/>: random ones, the same share of every class. <see cref="ValidationRows.Last"/>
        /// for data in the order of time. Ignored where <see cref="SamplingKeyColumnName"/> decides.</value>
        public ValidationRows ValidationRows { get => Get<ValidationRows>(); set => Set(value); }

        /// <summary>A column of groups, such as customers or days, whose rows are held out together or not at all.</summary>
        /// <value>Null: every row stands for itself. Otherwise <see cref="ValidationFraction"/> must be above 0; it is the share of the
        /// rows, as near as whole groups allow. At least two groups are needed.</value>
        public string? SamplingKeyColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>The data to validate on.</summary>
        /// <remarks>It needs the columns that the training data has where the trainer stands. Earlier steps of a chain are not applied to
        /// it.</remarks>
        /// <value>Null. Not together with <see cref="ValidationFraction"/>, or with validation data that is given to <c>Fit</c>.</value>
        public IDataView? ValidationData { get => Get<IDataView?>(); set => Set(value); }

        /// <summary>Chooses the decision threshold that maximizes this metric on the validation data.</summary>
        /// <value>Null: from 0 on, a probability of one half; so it is, with a warning, where all validation rows are of one class.
        /// Otherwise <see cref="Accuracy"/>, <see cref="F1Score"/> or <see cref="MacroAccuracy"/>, of binary classification.
        /// <see cref="BackpropTransformer.WithThreshold"/> chooses another afterwards.</value>
        /// <remarks>ML.NET's <c>Evaluate</c>, <c>CrossValidate</c> and permutation importance ignore the threshold: they call a row
        /// positive when its score is above 0.
        /// <c>ml.BinaryClassification.EvaluatePredictedLabel</c> and <c>CrossValidatePredictedLabel</c> use it.</remarks>
        public Metric? ThresholdMetric { get => Get<Metric?>(); set => Set(value); }

        /// <summary>Whether features are shifted and scaled inside the model (<see cref="FeatureScaling"/>).</summary>
        /// <remarks>A feature that is constant or empty in training becomes 0 either way, so that its later values do not change
        /// predictions. A warning names it.
        /// Only <see cref="InitialParameters"/> for features that are not scaled keep all of them.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: true. Going on from an earlier model uses that model's numbers.</value>
        public bool NormalizeFeatures { get => Get<bool>(); set => Set(value); }

        /// <summary>The statistics that features are shifted and scaled by.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="FeatureScaling.Standard"/>: to mean 0 and standard deviation 1.
        /// Sparse features are divided by their largest magnitude either way.</value>
        public FeatureScaling FeatureScaling { get => Get<FeatureScaling>(); set => Set(value); }

        /// <summary>Whether the label of a regression is shifted and scaled for training. Predictions stay in units of the label.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: true. Ignored for classification, and for losses whose predictions are not
        /// in units of the label (<see cref="Loss.AllowsTargetScaling"/>).</value>
        public bool NormalizeLabel { get => Get<bool>(); set => Set(value); }

        /// <summary>The seed of all random numbers. The same seed and data return the same bits.</summary>
        /// <value>Null: drawn once from the <c>MLContext</c> when the trainer is made.</value>
        public int? Seed { get => Get<int?>(); set => Set(value); }

        /// <summary>The maximum number of threads to train with. The result does not depend on it.</summary>
        /// <value>Null: as many as there are processors that no other training of this process uses; otherwise at least 1, and an upper
        /// bound. Small steps are left to fewer threads.</value>
        public int? NumberOfThreads { get => Get<int?>(); set => Set(value); }

        /// <summary>Ends <c>Fit</c> within 200 ms when it is cancelled. <c>Fit</c> returns the best weights so far.</summary>
        /// <remarks>The model has <see cref="TemperatureScaling"/> and <see cref="ThresholdMetric"/>, too. Temperature and threshold are
        /// those of the last validation check that was best. If there was none, and there is no time to score the validation rows, they
        /// are left out with a warning.</remarks>
        /// <value>None. If it is cancelled before the first minibatch, there is nothing to return, and
        /// <see cref="OperationCanceledException"/> is thrown. Unlike cancelling the <c>MLContext</c>, it ends this <c>Fit</c>
        /// alone.</value>
        public CancellationToken CancellationToken { get => Get<CancellationToken>(); set => Set(value); }

        /// <summary>Whether cancellation throws <see cref="OperationCanceledException"/> instead of returning the best weights so
        /// far.</summary>
        /// <value>False.</value>
        public bool ThrowOnCancellation { get => Get<bool>(); set => Set(value); }

        /// <summary>The bytes that training and validation rows may use in memory: rows × (features + label + weight) × 4.</summary>
        /// <value>Null: what is free when <c>Fit</c> begins, less what else the training needs, with a fifth to spare; in a container, of
        /// its limit.
        /// Otherwise at least 1. What becomes of data that takes more, <see cref="Caching"/> says.</value>
        public long? MemoryBudget { get => Get<long?>(); set => Set(value); }

        /// <summary>Where the training data is kept: in memory, or read again in every epoch.</summary>
        /// <value><see cref="DataCaching.Auto"/>: in memory, if it fits <see cref="MemoryBudget"/>; otherwise it is read again in every
        /// epoch, and once before to be measured.
        /// A source that can be read only once cannot be read again, and is then refused. Validation data is always kept: of a stream, as
        /// many rows as fit, with a warning.
        /// What is measured of all rows, such as medians, is then measured of a sample; <see cref="ValidationRows.Stratified"/> draws
        /// every row by itself; L-BFGS and <c>RefitOnAllRows</c> need memory.</value>
        public DataCaching Caching { get => Get<DataCaching>(); set => Set(value); }

        /// <summary>Whether every report has the scales of activations and gradients by layer. A warning names vanishing or exploding
        /// gradients and dead units.</summary>
        /// <value>False. If true, up to 256 rows more are taken forward and back in every pass; what is learned does not change.</value>
        public bool Diagnostics { get => Get<bool>(); set => Set(value); }

        /// <summary>A folder for TensorBoard, in which each <c>Fit</c> makes a folder run-001, run-002, … with loss, metric and learning rate of
        /// every epoch.</summary>
        /// <remarks>With <see cref="Diagnostics"/>, the scales of all layers are written, too.</remarks>
        /// <value>Null: none. Made where it does not exist. <c>tensorboard --logdir</c> shows it, during training too.</value>
        public string? TensorBoardDirectory { get => Get<string?>(); set => Set(value); }

        /// <summary>Receives a report after every epoch, on the thread that called <c>Fit</c>.</summary>
        /// <value>Null. The same numbers go to <c>MLContext.Log</c> and to the model's <c>History</c>.</value>
        public IProgress<EpochReport>? Progress { get => Get<IProgress<EpochReport>?>(); set => Set(value); }

        /// <summary>Receives each phase of <c>Fit</c> when it begins, on the thread that called <c>Fit</c>.</summary>
        /// <remarks>The phases are counting, reading, measuring, initializing, each epoch and validation check, and calibrating.</remarks>
        /// <value>Null. All phases outside of epochs are lines of <c>MLContext.Log</c>, too.</value>
        public IProgress<TrainingPhaseReport>? PhaseProgress { get => Get<IProgress<TrainingPhaseReport>?>(); set => Set(value); }

        /// <summary>What <see cref="MaximumTrainingTime"/> is measured by.</summary>
        internal TimeProvider Clock { get; set; } = TimeProvider.System;
    }
}
