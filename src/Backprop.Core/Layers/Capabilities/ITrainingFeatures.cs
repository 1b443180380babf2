using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>The features of the training data, for layers that are fitted to all rows (<see cref="IFitsTrainingData"/>).</summary>
internal interface ITrainingFeatures
{
    /// <summary>Examples in memory.</summary>
    int Count { get; }

    /// <summary>Features per example.</summary>
    int FeatureCount { get; }

    /// <summary>Whether the examples in memory are a sample of a stream.</summary>
    bool IsSample { get; }

    /// <summary>The features by columns, if they are sparse; null for dense features.</summary>
    SparseColumns? Sparse { get; }

    /// <summary>Counts the work.</summary>
    WorkMeter Work { get; }

    /// <summary>Copies one example, before standardization.</summary>
    void CopyExample(int example, Span<Real> features);

    /// <summary>Copies the known values of one feature, before standardization.</summary>
    /// <param name="feature">The index of the feature.</param>
    /// <param name="room">[Count], overwritten.</param>
    /// <returns>The filled part of <paramref name="room"/>.</returns>
    Span<Real> CopyKnown(int feature, Span<Real> room);

    /// <summary>Writes the weighted mean of the known values of every feature, before standardization.</summary>
    void MeasureMeans(Span<Real> means);

    /// <summary>Standardizes one value of every feature, in place.</summary>
    void Standardize(Span<Real> values);

    /// <summary>Standardizes values of one feature, in place.</summary>
    void Standardize(int feature, Span<Real> values);
}
