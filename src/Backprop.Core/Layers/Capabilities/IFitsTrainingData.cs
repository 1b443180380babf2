using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer with parameters that are fitted to the training data before the first step, such as means or quantiles.</summary>
public interface IFitsTrainingData
{
    /// <summary>Whether this layer has such parameters. A kind of layer may have them or not, depending on its options.</summary>
    bool IsFitted { get; }

    /// <summary>Whether the fit uses a sample of this layer's inputs.</summary>
    /// <value>False for a layer that is fitted to the features of all examples.</value>
    internal bool NeedsSample => IsFitted;

    /// <summary>Fits the parameters to a sample, after <see cref="Layer.Initialize"/>.</summary>
    /// <param name="parameters">[ParameterCount]; only fitted parameters are changed.</param>
    /// <param name="examples">[rows × Inputs]: the inputs of this layer; at least one row.</param>
    void Fit(Span<Real> parameters, ReadOnlyMatrix examples);

    /// <summary>The same. Counts the work. For layers whose fit is slow.</summary>
    /// <param name="parameters">[ParameterCount]; only fitted parameters are changed.</param>
    /// <param name="examples">[rows × Inputs]</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    internal void Fit(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter) => Fit(parameters, examples);

    /// <summary>Fits the parameters to the features of all examples, after the sample. By default nothing is done.</summary>
    /// <param name="parameters">[ParameterCount]; only fitted parameters are changed.</param>
    /// <param name="features">The features as they enter the network.</param>
    /// <param name="areEntering">Whether they enter this layer unchanged, except for replaced missing values.</param>
    internal void FitFeatures(Span<Real> parameters, ITrainingFeatures features, bool areEntering)
    {
    }
}
