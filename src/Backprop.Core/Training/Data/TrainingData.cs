using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The training examples of a run, all in memory or streamed.</summary>
internal abstract class TrainingData
{
    /// <summary>Number of examples.</summary>
    public abstract int Count { get; }

    /// <summary>All examples, or a random sample of them. Starting values and diagnostics are computed from
    /// these.</summary>
    public abstract ExampleSet Examples { get; }

    /// <summary>How features are standardized; the quartiles of a stream are those of its sample.</summary>
    public abstract Standardization MeasureFeatures(FeatureScaling scaling, WorkMeter? meter = null);

    /// <summary>Writes the weighted mean of the known values of every feature; 0 for a feature that is always missing.</summary>
    /// <param name="means">[features], overwritten.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    public abstract void MeasureMeans(Span<Real> means, WorkMeter? meter = null);

    /// <summary>The features that do not vary.</summary>
    public abstract ConstantFeatures FindConstant(WorkMeter? meter = null);

    /// <summary>How targets are standardized.</summary>
    public abstract Standardization MeasureTargets(WorkMeter? meter = null);

    /// <summary>Whether some of several targets are missing (NaN).</summary>
    public abstract bool HasMissingTargets { get; }

    /// <summary>The smallest and the largest targets.</summary>
    public abstract TargetBounds MeasureBounds();

    /// <summary>Σ w of the examples of every class.</summary>
    public abstract double[] ClassTotals(int classes);

    /// <summary>Σ w of the examples where each of several labels is false, and where it is true.</summary>
    /// <returns>[labels × 2]</returns>
    public abstract double[] LabelTotals();

    /// <summary>The same examples with their weights multiplied by the factors of their classes.</summary>
    public abstract TrainingData WithWeights(ClassBalance balance);

    /// <summary>Creates batches of the examples; those of a stream are never even. Members with examples of their own may be some of an
    /// ensemble.</summary>
    public abstract Minibatches CreateBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool mixes, bool takesSparse, bool isEven,
        MemberRange? members = null);

    /// <summary>Creates batches whose shards have partitions of the examples (<see cref="Distributed.Partitioned"/>).</summary>
    /// <exception cref="ArgumentException">The examples are in memory.</exception>
    public virtual Minibatches CreatePartitionedBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool mixes, (int First, int Count) ownShards) =>
        throw new ArgumentException(
            $"{nameof(Distributed)}.{nameof(Distributed.Partitioned)} is for an {nameof(ExampleSource)}, which is read again in every "
            + "epoch, but the training examples are in memory. Set it to false, or train on a source.");

    /// <summary>Creates batches of whole groups of the examples.</summary>
    public abstract Minibatches CreateGroupBatches(int batchSize, Standardization? inputs, Standardization? targets, bool takesSparse);
}

/// <summary>Examples in memory.</summary>
internal sealed class MemoryData(ExampleSet examples) : TrainingData
{
    public override int Count => examples.Count;

    public override ExampleSet Examples => examples;

    public override Standardization MeasureFeatures(FeatureScaling scaling, WorkMeter? meter = null) =>
        examples.MeasureFeatures(scaling, meter);

    public override void MeasureMeans(Span<Real> means, WorkMeter? meter = null) => MeasuredMeans.Write(examples, means, meter);

    public override ConstantFeatures FindConstant(WorkMeter? meter = null) => ConstantFeatures.Of(examples, meter);

    public override Standardization MeasureTargets(WorkMeter? meter = null) =>
        Standardization.MeasureRows(examples.Targets, examples.Weights, meter);

    public override bool HasMissingTargets => examples.HasMissingTargets;

    public override TargetBounds MeasureBounds() => TargetBounds.Measure(examples.Targets);

    public override double[] ClassTotals(int classes) => ClassBalance.Totals(examples, classes);

    public override double[] LabelTotals() => LabelBalance.Totals(examples);

    public override TrainingData WithWeights(ClassBalance balance) => new MemoryData(balance.Weigh(examples));

    public override Minibatches CreateBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool mixes, bool takesSparse, bool isEven,
        MemberRange? members = null) =>
        examples.FoldCount > 0
            ? new MemberMinibatches(examples, batchSize, inputs, targets, ofOwnFold: false, isEven, members)
            : new Minibatches(examples, batchSize, inputs, targets, mixes, takesSparse, isEven);

    public override Minibatches CreateGroupBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool takesSparse) =>
        new GroupMinibatches(examples, batchSize, inputs, targets, takesSparse);
}

/// <summary>Examples that are read again in every epoch.</summary>
internal sealed class StreamData(
    ExampleSource stream, StreamSummary summary, bool shuffles, StreamPartitions? partitions = null, ClassBalance? balance = null)
    : TrainingData
{
    /// <summary>The partitions of the shards; null if every process reads all examples.</summary>
    public StreamPartitions? Partitions => partitions;

    public override int Count => summary.Count;

    public override ExampleSet Examples { get; } = balance is null ? summary.Sample : balance.Weigh(summary.Sample);

    public override Standardization MeasureFeatures(FeatureScaling scaling, WorkMeter? meter = null) => scaling == FeatureScaling.Robust
        ? summary.Features.Complete(summary.Sample.MeasureFeatures(scaling, meter))
        : summary.Features.ToStandardization();

    public override void MeasureMeans(Span<Real> means, WorkMeter? meter = null) =>
        summary.Features.ToStandardization().Means.CopyTo(means);

    public override ConstantFeatures FindConstant(WorkMeter? meter = null) => summary.FindConstant();

    public override Standardization MeasureTargets(WorkMeter? meter = null) => summary.Targets.ToStandardization();

    public override bool HasMissingTargets => summary.HasMissingTargets;

    public override TargetBounds MeasureBounds() => summary.TargetBounds;

    public override double[] ClassTotals(int classes) => summary.ClassTotals(classes);

    public override double[] LabelTotals() => summary.LabelTotals;

    public override TrainingData WithWeights(ClassBalance classBalance) =>
        new StreamData(stream, summary, shuffles, partitions, classBalance);

    public override Minibatches CreateBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool mixes, bool takesSparse, bool isEven,
        MemberRange? members = null) =>
        StreamedMinibatches.Of(stream, summary.Count, batchSize, inputs, targets, mixes, shuffles, balance);

    public override Minibatches CreatePartitionedBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool mixes, (int First, int Count) ownShards) =>
        PartitionedMinibatches.Of(stream, partitions!, ownShards, batchSize, inputs, targets, mixes, balance);

    public override Minibatches CreateGroupBatches(
        int batchSize, Standardization? inputs, Standardization? targets, bool takesSparse) =>
        throw new NotSupportedException("The examples of a stream have no groups.");
}
