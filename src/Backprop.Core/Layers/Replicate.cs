using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = [x, x, …, x]: every member of an ensemble receives the same input. The members' columns follow one another in all later
/// layers. The network averages the members' outputs.</summary>
/// <remarks>Backward: dx is the sum over the copies, first to last.</remarks>
public sealed record Replicate : Layer, IMakesMembers, IDividesMembers, IPreparesFeatures, IDescribesInference
{
    /// <summary>Makes the members.</summary>
    /// <param name="width">Inputs per example; at least 1.</param>
    /// <param name="ensembleSize">Number of copies; at least 1.</param>
    public Replicate(int width, int ensembleSize) : base(width, Times(width, ensembleSize)) => EnsembleSize = ensembleSize;

    /// <summary>Inputs per example.</summary>
    public int Width => Inputs;

    /// <summary>Number of copies.</summary>
    public int EnsembleSize { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    Layer IDividesMembers.ForMembers(int members, int count) => new Replicate(Width, count);

    int IPreparesFeatures.InputOf(int output) => output % Width;

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(new Concatenate([.. Enumerable.Repeat(x, EnsembleSize)], graph.NewName(), Outputs));

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        for (var row = 0; row < x.Rows; row++)
            for (var member = 0; member < EnsembleSize; member++) x.Row(row).CopyTo(y.Row(row)[(member * Width)..]);
    }

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        for (var row = 0; row < dx.Rows; row++)
        {
            var sum = dx.Row(row);
            dy.Row(row)[..Width].CopyTo(sum);
            for (var member = 1; member < EnsembleSize; member++)
                Elementwise.Zip(new Arithmetic.Sum(), sum, dy.Row(row).Slice(member * Width, Width), sum);
        }
    }

    /// <summary>The width of all copies together.</summary>
    internal static int Times(int width, int ensembleSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ensembleSize, 1);
        return (long)width * ensembleSize <= Array.MaxLength
            ? width * ensembleSize
            : throw new ArgumentOutOfRangeException(
                nameof(ensembleSize), ensembleSize, $"with a width of {width} each, there may be at most {Array.MaxLength / width}");
    }
}
