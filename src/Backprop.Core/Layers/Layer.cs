using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A pair of pure functions. Parameters, inputs and gradients come in; nothing is remembered.</summary>
/// <remarks>
/// A new layer is one file beside this one and one entry in <see cref="Kinds"/>. Its constructor's parameters are what a saved model
/// keeps of it: each must have a property of the same name. Whatever only some layers can do is an interface: see the folder Capabilities.
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

    /// <summary>Numbers per example that enter.</summary>
    public int Inputs { get; }

    /// <summary>Numbers per example that leave.</summary>
    public int Outputs { get; }

    /// <summary>Kind and widths, such as "Dense 30 → 64": what reports call the layer.</summary>
    internal string Caption => $"{GetType().Name} {Inputs} → {Outputs}";

    /// <summary>Numbers to learn.</summary>
    public virtual int ParameterCount => 0;

    /// <summary>About how long <c>Forward</c> takes for one example, in nanoseconds: some multiplications in each for every parameter, and
    /// some nanoseconds for every number that enters or leaves.</summary>
    internal long WorkOfRow => ParameterCount / 8 + 4L * (Inputs + Outputs);

    /// <summary>Whether y may stand in the memory of x, and dx in that of dy: of x and y, <see cref="Backward"/> reads y alone. Only for
    /// layers without parameters.</summary>
    public virtual bool WorksInPlace => false;

    /// <summary>Whether <see cref="Backward"/> reads y. If not, the next layer may work in place.</summary>
    public virtual bool ReadsOutput => true;

    /// <summary>Draws the starting values of this layer's parameters.</summary>
    /// <param name="parameters">[ParameterCount], overwritten.</param>
    /// <param name="initializer">The rule for weights.</param>
    /// <param name="random">Where the numbers come from.</param>
    public virtual void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
    }

    /// <summary>Writes y = layer(x).</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    public abstract void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y);

    /// <summary>Writes dx and dParameters, given dy = ∂loss/∂y.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], as given to <c>Forward</c>.</param>
    /// <param name="y">[rows × Outputs], as written by <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="dx">[rows × Inputs], overwritten; or empty, then it is not computed (the first layer of a network).</param>
    /// <param name="dParameters">[ParameterCount], overwritten; or empty, then it is not computed (a thread that owns some of the
    /// rows).</param>
    public abstract void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters);

    /// <summary>What the parameters are for, in their order.</summary>
    /// <value>All of them weights, unless the layer says otherwise. The lengths add up to <see cref="ParameterCount"/>.</value>
    public virtual IReadOnlyList<ParameterBlock> Blocks =>
        ParameterCount == 0 ? [] : [new("weights", ParameterCount, ParameterRole.Weight)];

    /// <summary>Every kind of layer in this assembly; saved models find theirs in this list.</summary>
    public static IReadOnlyList<Type> Kinds { get; } =
    [
        typeof(ActivationLayer), typeof(AlphaDropout), typeof(BatchNormalization), typeof(Dense), typeof(Dropout), typeof(EntityEmbedding),
        typeof(FeaturewiseDense), typeof(InputScale), typeof(GaussianNoise), typeof(GroupedDense), typeof(Imputation), typeof(InputSkip),
        typeof(LayerNormalization), typeof(NtkDense), typeof(OneHotEncoding), typeof(ParametricMixLayer), typeof(PeriodicEmbeddingLayer),
        typeof(PiecewiseLinearEncoding), typeof(PReLULayer), typeof(QuantileTransform), typeof(Replicate), typeof(PerMember),
        typeof(SkipConnection), typeof(SmoothClip),
    ];
}
