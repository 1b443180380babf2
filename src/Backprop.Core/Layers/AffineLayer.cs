using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Layers of the form y = c·x·W + b with a fixed factor c, or several such layers in parallel, each with its own columns.
/// Parameters, group after group: W [GroupInputs × GroupOutputs] row-major, then b [GroupOutputs].</summary>
public abstract record AffineLayer : Layer, IAffine, IPackable, IGradientParts, IDescribesInference, INamedArrays
{
    private protected AffineLayer(int inputs, int outputs) : base(inputs, outputs)
    {
    }

    /// <summary>c; 1 for a <see cref="Dense"/> layer.</summary>
    public abstract double WeightFactor { get; }

    /// <summary>Number of parallel layers (groups): 1, unless the layer overrides it. A divisor of inputs and outputs.</summary>
    public virtual int Groups => 1;

    /// <summary>Inputs of each group, per example.</summary>
    public int GroupInputs => Inputs / Groups;

    /// <summary>Outputs of each group, per example.</summary>
    public int GroupOutputs => Outputs / Groups;

    /// <summary>Length of W, which comes first among the parameters of a group.</summary>
    public int WeightCount => GroupInputs * GroupOutputs;

    /// <summary>c·W [GroupInputs × GroupOutputs] row-major: the matrix that x is multiplied by.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="group">The index of the group.</param>
    public virtual Real[] EffectiveWeights(ReadOnlySpan<Real> parameters, int group = 0)
    {
        var weights = parameters[WeightsOf(group)].ToArray();
        Elementwise.Map(new Arithmetic.Multiple((Real)WeightFactor), weights, weights);
        return weights;
    }

    /// <summary>The position of a group's W among the parameters.</summary>
    internal Range WeightsOf(int group) => StartOf(group)..(StartOf(group) + WeightCount);

    /// <summary>The position of a group's b among the parameters.</summary>
    internal Range BiasesOf(int group) => (StartOf(group) + WeightCount)..StartOf(group + 1);

    // Several groups are one more dimension, the first.
    IReadOnlyList<ParameterArray> INamedArrays.Arrays
    {
        get
        {
            int[] groups = Groups == 1 ? [] : [Groups];
            var distance = StartOf(1);
            return
            [
                new("weights", [.. groups, GroupInputs, GroupOutputs], 0, Groups, distance, WeightFactor, this as IArrayConversion),
                new("biases", [.. groups, GroupOutputs], WeightCount, Groups, distance),
            ];
        }
    }

    Range IAffine.WeightsOf(int group) => WeightsOf(group);

    Range IAffine.BiasesOf(int group) => BiasesOf(group);

    /// <inheritdoc/>
    public abstract int PartLength { get; }

    /// <inheritdoc/>
    public abstract Real[] Pack(ReadOnlySpan<Real> parameters);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) =>
        graph.Add(Operation(x, graph.NewName(), parameters));

    /// <summary>The operation of this layer in scoring.</summary>
    /// <param name="x">The name of its input.</param>
    /// <param name="name">The name of its output.</param>
    /// <param name="parameters">[ParameterCount]</param>
    private protected virtual InferenceOperation Operation(string x, string name, ReadOnlyMemory<Real> parameters) =>
        new Affine([x], name, Outputs, Groups, WeightFactor, parameters);

    /// <inheritdoc/>
    public abstract void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y);

    /// <inheritdoc/>
    public abstract void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart);

    /// <summary>A layer of the same shape with c = 1.</summary>
    internal virtual AffineLayer WithoutFactor() => new Dense(Inputs, Outputs);

    private int StartOf(int group) => group * (WeightCount + GroupOutputs);
}
