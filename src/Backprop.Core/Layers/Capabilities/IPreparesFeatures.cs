namespace Backprop.Layers;

/// <summary>A layer that prepares features for the layers after it, each feature by itself: it replaces missing values, transforms ranks,
/// or encodes categories. Every output depends on one input.</summary>
/// <remarks>A category index or a missing value cannot change gradually. So explanations compare the outputs of such layers, and assign
/// them to their features.</remarks>
internal interface IPreparesFeatures
{
    /// <summary>Whether this layer does so. A kind of layer may do so or not, depending on its options.</summary>
    bool KeepsFeaturesApart => true;

    /// <summary>The input that an output depends on.</summary>
    /// <param name="output">The index of the output.</param>
    int InputOf(int output);
}
