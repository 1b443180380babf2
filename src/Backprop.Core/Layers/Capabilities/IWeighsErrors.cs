namespace Backprop.Layers;

/// <summary>The last layer of an autoencoder. It combines the residuals of the features into an error, with weights that held-out rows
/// determine after training.</summary>
internal interface IWeighsErrors
{
    /// <summary>Sets the weights.</summary>
    /// <param name="parameters">[ParameterCount], overwritten.</param>
    /// <param name="sums">[Inputs]: Σ x² of the inputs over the held-out rows in which they are not 0.</param>
    /// <param name="counts">[Inputs]: the number of these rows.</param>
    void SetWeights(Span<Real> parameters, ReadOnlySpan<double> sums, ReadOnlySpan<int> counts);

    /// <summary>Writes how much each feature adds to the error of a row: the mean over the outputs of this layer.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[Inputs]: the residuals of the row.</param>
    /// <param name="shares">[features], overwritten.</param>
    void ShareOut(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> x, Span<double> shares);
}
