using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The features of the training data for layers that are fitted to them.</summary>
/// <param name="data">The training data; of a stream, its sample is read.</param>
/// <param name="inputs">How features are standardized; null for not at all.</param>
/// <param name="work">Counts the work.</param>
internal sealed class TrainingFeatures(TrainingData data, Standardization? inputs, WorkMeter work) : ITrainingFeatures
{
    private readonly ExampleSet _examples = data.Examples;

    public int Count => _examples.Count;

    public int FeatureCount => _examples.FeatureCount;

    public bool IsSample => data.Count > _examples.Count;

    public SparseColumns? Sparse => _examples.SparseColumnsWith(work);

    public WorkMeter Work => work;

    public void CopyExample(int example, Span<Real> features) => _examples.CopyFeatures(example, features);

    public Span<Real> CopyKnown(int feature, Span<Real> room) =>
        Sparse is { } sparse ? sparse.CopyKnown(feature, room) : RowReading.CopyKnown(_examples.FeatureRows, feature, room, work);

    public void MeasureMeans(Span<Real> means) => _examples.MeasureFeatures(FeatureScaling.Standard, work).Means.CopyTo(means);

    public void Standardize(Span<Real> values) => inputs?.Apply(values, values);

    public void Standardize(int feature, Span<Real> values) => inputs?.ApplyToColumn(feature, values);
}
