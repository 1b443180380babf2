using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = [x, features]: appends the network's inputs to the output of the layer before. The next dense layer then contains a
/// linear model of the inputs, too (wide and deep).</summary>
/// <remarks>
/// Cheng et al. (2016), "Wide &amp; deep learning for recommender systems", arXiv:1606.07792: [h, x]·W + b = h·W₁ + x·W₂ + b. The network
/// writes the features, because a layer sees only its own input. The layer by itself leaves zeros there.
/// </remarks>
public sealed record InputSkip : Layer, IReadsEarlierOutput, IHasPlace, IDescribesInference
{
    /// <summary>Makes a layer that appends the features.</summary>
    /// <param name="width">Inputs per example; at least 1.</param>
    /// <param name="features">Features of the network; at least 1.</param>
    public InputSkip(int width, int features) : base(width, Sum(width, features)) => Features = features;

    /// <summary>Inputs per example.</summary>
    public int Width => Inputs;

    /// <summary>Features of the network.</summary>
    public int Features { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new Concatenate([x, earlier!], graph.NewName(), Outputs));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            x.Row(row).CopyTo(y.Row(row));
            y.Row(row)[Width..].Clear();
        }
    }

    int IReadsEarlierOutput.SourceOf(int layer) => 0;

    void IReadsEarlierOutput.AddForward(ReadOnlyMatrix earlier, Matrix y) =>
        ((ReadOnlyMatrixColumns)earlier).CopyTo(new MatrixColumns(y, Width, Features));

    void IReadsEarlierOutput.AddBackward(ReadOnlyMatrix dy, Matrix dEarlier)
    {
        for (var row = 0; row < dy.Rows; row++)
            Elementwise.Zip(new Arithmetic.Sum(), dEarlier.Row(row), dy.Row(row)[Width..], dEarlier.Row(row));
    }

    Layer IReadsEarlierOutput.Moved(int layer, int source) => this;

    void IHasPlace.CheckPlace(int layer, IReadOnlyList<Layer> layers, int firstOfMembers)
    {
        if (Features != layers[0].Inputs)
        {
            throw new ArgumentException(
                $"Layer {layer} ({nameof(InputSkip)}) appends {Features} features, but the network has {layers[0].Inputs} inputs.",
                nameof(layers));
        }
        if (layers[0] is IReplacesMissing)
        {
            throw new ArgumentException(
                $"Layer {layer} ({nameof(InputSkip)}) would append missing values to their replacements; {nameof(InputSkip)} cannot be " +
                $"combined with {nameof(Imputation)}.", nameof(layers));
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters) =>
        new ReadOnlyMatrixColumns(dy, 0, Width).CopyTo(dx);

    private static int Sum(int width, int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return (long)width + features <= Array.MaxLength
            ? width + features
            : throw new ArgumentOutOfRangeException(
                nameof(features), features, $"with {width} inputs, the sum must be at most {Array.MaxLength}");
    }
}
