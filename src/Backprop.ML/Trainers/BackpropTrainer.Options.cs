using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    /// <summary>A <see cref="Options.BatchSize"/> of all rows: every step uses all rows of the data set.</summary>
    public const int FullBatch = TrainingOptions.FullBatch;

    /// <summary>The options of columns, network and training. docs/reference/options.md lists them.</summary>
    /// <remarks>A trainer checks and copies them when it is created. Later changes have no effect on that trainer.</remarks>
    public sealed partial class Options
    {
        /// <summary>The values of all options that you do not set.</summary>
        /// <remarks>The getters of the options return the values for a classification of 10,000 rows. <c>Fit</c> uses the values for the
        /// task and the size of the data.</remarks>
        /// <value><see cref="ML.Preset.Default"/>.</value>
        public Preset Preset { get; set; } = Preset.Default;

        /// <summary>The column to predict; its type decides the task: Boolean, key, Single, or a vector of Boolean or Single. For ranking,
        /// it is a Single or a key (<see cref="RowGroupColumnName"/>).</summary>
        /// <value>"Label". It must not be empty.</value>
        public string LabelColumnName { get => Get<string>(); set => Set(value); }

        /// <summary>The column to predict from: a vector of Single of known size.</summary>
        /// <value>"Features". With null, the model predicts from <see cref="CategoricalFeatureColumnNames"/> alone. If the data has no
        /// column "Features" but category columns are named, the default means null, with a warning.</value>
        public string? FeatureColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>A column of Single with the weight of each row. A row of weight 2 has the same effect as two rows.</summary>
        /// <value>Null: all rows have the same weight.</value>
        public string? ExampleWeightColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>The column of groups for ranking, such as queries. Rows are ranked within their group.</summary>
        /// <remarks>A key or UInt32; 0 is a missing group, whose rows are skipped with a warning. The rows of a group need not be adjacent:
        /// they are gathered in memory. They must have the same weight, and they are held out for validation together.</remarks>
        /// <value>Null: no ranking. On <c>ml.Ranking.Trainers</c>, null means "GroupId". If it is set, all rows must fit into
        /// memory.</value>
        public string? RowGroupColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>Key columns, or vectors of keys, to predict from in addition to the features.</summary>
        /// <remarks>A key becomes a learned vector (<see cref="EmbeddingDimension"/>). A key of few values becomes columns of 0 and 1
        /// (<see cref="MaximumOneHotValues"/>). Only keys that occur in the training rows have vectors or columns, so a key may have any
        /// number of values. All other keys are unknown: they share one vector with missing keys, or have none of the columns. At most
        /// 16,777,216 values can be distinguished. In other data, keys are matched by their names, which <c>MapValueToKey</c> keeps, in any
        /// order. A new name is unknown. If either side lacks names, as after <c>Hash</c>, keys are matched by their key values. ML.NET's
        /// permutation importance ignores these columns; <c>ColumnImportance</c> on the catalogs uses them.</remarks>
        /// <value>None. No one-hot encoding is needed.</value>
        public string[] CategoricalFeatureColumnNames { get => Get<string[]>(); set => Set(value); }

        /// <summary>How training and scoring treat rows with missing features (NaN).</summary>
        /// <remarks>An indicator is added for each slot that is missing in some training rows, but not in all. Sparse rows stay sparse,
        /// except with learned values.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="MissingValues.Skip"/>. Skipped rows are counted, and their score is
        /// NaN, as in ML.NET. The other values impute the mean, the median or a learned value.</value>
        public MissingValues MissingValues { get => Get<MissingValues>(); set => Set(value); }

        /// <summary>A factor of the weight of each row whose label is true.</summary>
        /// <value>1; &gt; 0 and finite. For binary classification, and for every label of a multi-label classification. It multiplies
        /// <see cref="ClassWeights"/>.</value>
        public double PositiveInstanceWeight { get => Get<double>(); set => Set(value); }

        /// <summary>A factor of the weight of each row, by its class: <see cref="ML.ClassWeights.Balanced"/>, or factors by name.</summary>
        /// <value>Null: 1 for all classes. For binary and multiclass classification, and for the labels of a multi-label
        /// classification.</value>
        public ClassWeights? ClassWeights { get => Get<ClassWeights?>(); set => Set(value); }

        /// <summary>The share of the rows that is held out for validation.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0. In [0, 1); 0.1 to 0.2 are common. A warning names classes without rows on
        /// one of the sides.</value>
        public double ValidationFraction { get => Get<double>(); set => Set(value); }

        /// <summary>Which rows are held out for validation.</summary>
        /// <value><see cref="ValidationRows.Stratified"/>: random rows, with the same share of every class.
        /// <see cref="ValidationRows.Last"/> suits time series. Ignored if <see cref="SamplingKeyColumnName"/> is set.</value>
        public ValidationRows ValidationRows { get => Get<ValidationRows>(); set => Set(value); }

        /// <summary>A column of groups, such as customers or days, whose rows are held out together or not at all.</summary>
        /// <value>Null: rows are independent. Otherwise <see cref="ValidationFraction"/> must be above 0. It is the share of rows, as near
        /// as whole groups allow. At least two groups are needed.</value>
        public string? SamplingKeyColumnName { get => Get<string?>(); set => Set(value); }

        /// <summary>The data to validate on.</summary>
        /// <remarks>It needs the columns that the trainer receives as training data. Earlier steps of a chain are not applied to
        /// it.</remarks>
        /// <value>Null. It cannot be combined with <see cref="ValidationFraction"/>, or with validation data that is passed to
        /// <c>Fit</c>.</value>
        public IDataView? ValidationData { get => Get<IDataView?>(); set => Set(value); }

        /// <summary>Chooses the decision threshold that maximizes this metric on the validation data.</summary>
        /// <remarks>ML.NET's <c>Evaluate</c>, <c>CrossValidate</c> and permutation importance ignore the threshold: they use score 0.
        /// <c>ml.BinaryClassification.EvaluatePredictedLabel</c> and <c>CrossValidatePredictedLabel</c> use it.</remarks>
        /// <value>Null: score 0, which is probability 0.5. Otherwise <see cref="Accuracy"/>, <see cref="F1Score"/> or
        /// <see cref="MacroAccuracy"/>. For binary and multi-label classification, where each label has a threshold of its own. If all
        /// validation rows are of one class, the threshold is 0, with a warning. <see cref="BackpropTransformer.WithThreshold"/> and
        /// <see cref="BackpropTransformer.WithThresholds"/> set other thresholds after training.</value>
        public Metric? ThresholdMetric { get => Get<Metric?>(); set => Set(value); }

        /// <summary>The probability above which anomaly detection calls a row an anomaly.</summary>
        /// <remarks>The probability is the share of held-out rows with a smaller error. So with a threshold of 0.95, about 5 % of normal
        /// rows are called anomalies.</remarks>
        /// <value>0.95; in (0, 1). For anomaly detection. 0.95 needs 20 held-out rows, and 0.99 needs 100; a warning names fewer.
        /// <see cref="BackpropTransformer.WithThreshold"/> sets another threshold after training.</value>
        public double AnomalyThreshold { get => Get<double>(); set => Set(value); }

        /// <summary>Whether features are shifted and scaled inside the model (<see cref="FeatureScaling"/>).</summary>
        /// <remarks>A feature that is constant or empty in training always becomes 0, so that its later values do not change predictions. A
        /// warning names it. Only <see cref="InitialParameters"/> for unscaled features keep all features.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has true. Training that continues from a model uses the statistics of that
        /// model.</value>
        public bool NormalizeFeatures { get => Get<bool>(); set => Set(value); }

        /// <summary>The statistics that features are shifted and scaled by.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="FeatureScaling.Standard"/>. It means mean 0 and standard deviation
        /// 1. Sparse features are always divided by their largest magnitude.</value>
        public FeatureScaling FeatureScaling { get => Get<FeatureScaling>(); set => Set(value); }

        /// <summary>Whether the label of a regression is shifted and scaled for training. Predictions stay in units of the label.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has true. Ignored for classification, and for losses with predictions in other
        /// units (<see cref="Loss.AllowsTargetScaling"/>).</value>
        public bool NormalizeLabel { get => Get<bool>(); set => Set(value); }

        /// <summary>The seed of all random numbers. The same seed and data produce the same bits.</summary>
        /// <value>Null: drawn once from the <c>MLContext</c> when the trainer is created.</value>
        public int? Seed { get => Get<int?>(); set => Set(value); }

        /// <summary>The maximum number of threads to train with. The result does not depend on it.</summary>
        /// <value>Null: the processors that no other training of this process uses; otherwise at least 1. Small steps use fewer
        /// threads.</value>
        public int? NumberOfThreads { get => Get<int?>(); set => Set(value); }

        /// <summary>Ends <c>Fit</c> within 200 ms when it is cancelled. <c>Fit</c> returns the best weights so far.</summary>
        /// <remarks>The model has the temperature (<see cref="TemperatureScaling"/>) and the threshold (<see cref="ThresholdMetric"/>) of
        /// the best validation check. If there was none, and no time to score the validation rows, the model has neither, with a
        /// warning.</remarks>
        /// <value>None. Cancellation before the first minibatch throws <see cref="OperationCanceledException"/>, because there is no model
        /// yet. Cancelling the <c>MLContext</c> instead ends all its operations.</value>
        public CancellationToken CancellationToken { get => Get<CancellationToken>(); set => Set(value); }

        /// <summary>Whether cancellation throws <see cref="OperationCanceledException"/> instead of returning the best weights so
        /// far.</summary>
        /// <value>False.</value>
        public bool ThrowOnCancellation { get => Get<bool>(); set => Set(value); }

        /// <summary>The bytes that training and validation rows may use in memory: rows × (features + label + weight) × 4.</summary>
        /// <value>Null: the memory that is free when <c>Fit</c> begins, minus the memory for training, minus a fifth. A container limits
        /// the free memory. Otherwise at least 1. <see cref="Caching"/> determines how larger data is handled.</value>
        public long? MemoryBudget { get => Get<long?>(); set => Set(value); }

        /// <summary>Where the training data is kept: in memory, or read again in every epoch.</summary>
        /// <remarks>A source that can be read only once causes an exception if it must be read again. Validation data is always in memory:
        /// for a stream, as many rows as fit, with a warning. Medians and other statistics of a stream are computed from a sample.
        /// <see cref="ValidationRows.Stratified"/> then draws each row independently. Ranking, L-BFGS and <c>RefitOnAllRows</c> need all
        /// rows in memory.</remarks>
        /// <value><see cref="DataCaching.Auto"/>: in memory if it fits <see cref="MemoryBudget"/>, otherwise read again in every
        /// epoch.</value>
        public DataCaching Caching { get => Get<DataCaching>(); set => Set(value); }

        /// <summary>Whether every report has the scales of activations and gradients by layer. A warning names vanishing or exploding
        /// gradients and dead units.</summary>
        /// <value>False. If true, every epoch runs up to 256 more rows forward and backward. The trained parameters do not change.</value>
        public bool Diagnostics { get => Get<bool>(); set => Set(value); }

        /// <summary>A folder for TensorBoard: each <c>Fit</c> creates a folder run-001, run-002, … in it, with loss, metric and learning
        /// rate of every epoch.</summary>
        /// <remarks>With <see cref="Diagnostics"/>, the scales of all layers are written, too.</remarks>
        /// <value>Null: none. The folder is created if it does not exist. <c>tensorboard --logdir</c> shows it, also during
        /// training.</value>
        public string? TensorBoardDirectory { get => Get<string?>(); set => Set(value); }

        /// <summary>Receives a report after every epoch, on the thread that called <c>Fit</c>.</summary>
        /// <value>Null. <c>MLContext.Log</c> and the <c>History</c> of the model have the same values.</value>
        public IProgress<EpochReport>? Progress { get => Get<IProgress<EpochReport>?>(); set => Set(value); }

        /// <summary>Receives each phase of <c>Fit</c> when it begins, on the thread that called <c>Fit</c>.</summary>
        /// <remarks>The phases are counting, reading, measuring, initializing, each epoch and validation check, checking, calibrating,
        /// refitting and searching.</remarks>
        /// <value>Null. <c>MLContext.Log</c> has a line for each phase outside of epochs.</value>
        public IProgress<TrainingPhaseReport>? PhaseProgress { get => Get<IProgress<TrainingPhaseReport>?>(); set => Set(value); }

        /// <summary>The clock for <see cref="MaximumTrainingTime"/>.</summary>
        internal TimeProvider Clock { get; set; } = TimeProvider.System;
    }
}
