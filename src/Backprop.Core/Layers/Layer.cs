using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A pair of pure functions, forward and backward. They read parameters, inputs and gradients, and keep no state.</summary>
/// <remarks>
/// A new layer is one file in this folder and one entry in <see cref="Kinds"/>. A saved model keeps the parameters of the constructor, so
/// each must have a property of the same name. A capability of some layers only is an interface in the folder Capabilities.
/// </remarks>
public abstract record Layer
{
    /// <summary>Fixes the widths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1.</exception>
    protected Layer(int inputs, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>Inputs per example.</summary>
    public int Inputs { get; }

    /// <summary>Outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>Kind and widths, such as "Dense 30 → 64": the name of the layer in reports.</summary>
    internal string Caption => $"{GetType().Name} {Inputs} → {Outputs}";

    /// <summary>Number of parameters.</summary>
    public virtual int ParameterCount => 0;

    /// <summary>The estimated time of <c>Forward</c> for one example, in nanoseconds: an eighth for every parameter, and 4 for every input
    /// and output.</summary>
    internal long WorkOfRow => ParameterCount / 8 + 4L * (Inputs + Outputs);

    /// <summary>Whether y may overwrite x, and dx may overwrite dy. <see cref="Backward"/> then reads y, but not x. Only for layers without
    /// parameters.</summary>
    public virtual bool WorksInPlace => false;

    /// <summary>Whether <see cref="Backward"/> reads y. If not, the next layer may work in place.</summary>
    public virtual bool ReadsOutput => true;

    /// <summary>Draws the starting values of this layer's parameters.</summary>
    /// <param name="parameters">[ParameterCount], overwritten.</param>
    /// <param name="initializer">The rule for weights.</param>
    /// <param name="random">Source of the random numbers.</param>
    public virtual void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
    }

    /// <summary>Writes y = layer(x).</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    public abstract void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y);

    /// <summary>Writes dx and dParameters from dy = ∂loss/∂y.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], the input of <c>Forward</c>.</param>
    /// <param name="y">[rows × Outputs], the output of <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="dx">[rows × Inputs], overwritten; or empty, then it is not computed (the first layer of a network).</param>
    /// <param name="dParameters">[ParameterCount], overwritten; or empty, then it is not computed (a thread that owns some of the
    /// rows).</param>
    public abstract void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters);

    /// <summary>The roles of the parameters, in the order of the parameters.</summary>
    /// <value>By default, all of them are weights. The lengths add up to <see cref="ParameterCount"/>.</value>
    public virtual IReadOnlyList<ParameterBlock> Blocks =>
        ParameterCount == 0 ? [] : [new("weights", ParameterCount, ParameterRole.Weight)];

    /// <summary>Every kind of layer in this assembly; saved models find theirs in this list.</summary>
    public static IReadOnlyList<Type> Kinds { get; } =
    [
        typeof(ActivationLayer), typeof(AlphaDropout), typeof(AsinhScaling), typeof(BatchNormalization), typeof(ColumnOrder), typeof(Dense),
        typeof(Dropout), typeof(EntityEmbedding),
        typeof(FeaturewiseDense), typeof(InputScale), typeof(GaussianNoise), typeof(GroupedDense), typeof(Imputation), typeof(InputSkip),
        typeof(LayerNormalization), typeof(MonotoneDense), typeof(NtkDense), typeof(OneHotEncoding), typeof(ParallelLayers),
        typeof(ParametricMixLayer), typeof(PeriodicEmbeddingLayer), typeof(PiecewiseLinearEncoding), typeof(PReLULayer),
        typeof(QuantileTransform), typeof(ReconstructionResidual), typeof(Replicate), typeof(PerMember), typeof(SkipConnection),
        typeof(SmoothClip), typeof(ValueIndicators), typeof(WeightedMeanSquare),
    ];
}
