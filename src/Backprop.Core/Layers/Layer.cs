using Backprop.Initializers;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A pair of pure functions. Parameters, inputs and gradients come in; nothing is remembered.</summary>
/// <remarks>
/// A new layer is one file beside this one and one entry in <see cref="Kinds"/>. Its constructor's parameters are what a saved model
/// keeps of it: each must have a property of the same name.
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

    /// <summary>About how long <c>Forward</c> takes for one example, in nanoseconds: some multiplications in each for every parameter, and some nanoseconds for every number that enters or leaves.</summary>
    internal long WorkOfRow => ParameterCount / 8 + 4L * (Inputs + Outputs);

    /// <summary>How many neighbouring parameters <see cref="BackwardPart"/> computes at least: it is asked for multiples of this many.</summary>
    /// <value>All of them, unless the layer overrides <see cref="BackwardPart"/>. A divisor of <see cref="ParameterCount"/>.</value>
    public virtual int PartLength => ParameterCount;

    /// <summary>Whether y may stand in the memory of x, and dx in that of dy: of x and y, <see cref="Backward"/> reads y alone. Only for layers without parameters.</summary>
    public virtual bool WorksInPlace => false;

    /// <summary>Whether <see cref="Backward"/> reads y. If not, the next layer may work in place.</summary>
    public virtual bool ReadsOutput => true;

    /// <summary>Whether a step of training draws random numbers here, so that the loss changes from step to step.</summary>
    public virtual bool IsRandom => false;

    /// <summary>Whether the members of an ensemble may pass here side by side, for none of their numbers meet: what leaves in one's share of the columns depends on that share alone.</summary>
    /// <param name="members">How many.</param>
    /// <value>False, unless the layer says otherwise.</value>
    public virtual bool SupportsEnsembles(int members) => false;

    /// <summary>The layer that does the same for several members of an ensemble, each of which has parameters of its own.</summary>
    internal virtual Layer Replicated(int members) => new PerMember(this, members);

    /// <summary>Draws the starting values of this layer's parameters.</summary>
    /// <param name="parameters">[ParameterCount], overwritten.</param>
    /// <param name="initializer">The rule for weights.</param>
    /// <param name="random">Where the numbers come from.</param>
    public virtual void Initialize(Span<Real> parameters, Initializer initializer, RandomSequence random)
    {
    }

    /// <summary>Whether some parameters are measured of examples before training: <see cref="Measure(Span{Real}, ReadOnlyMatrix)"/>.</summary>
    public virtual bool MeasuresExamples => false;

    /// <summary>Sets those parameters, after <see cref="Initialize"/>.</summary>
    /// <param name="parameters">[ParameterCount]; only those that are measured are changed.</param>
    /// <param name="examples">[rows × Inputs]: what enters this layer; at least one row.</param>
    public virtual void Measure(Span<Real> parameters, ReadOnlyMatrix examples)
    {
    }

    /// <summary>The same with checks in between; a layer that works long overrides it.</summary>
    /// <param name="parameters">[ParameterCount]; only those that are measured are changed.</param>
    /// <param name="examples">[rows × Inputs]</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    internal virtual void Measure(Span<Real> parameters, ReadOnlyMatrix examples, WorkMeter? meter) => Measure(parameters, examples);

    /// <summary>Writes y = layer(x).</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    public abstract void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y);

    /// <summary>Puts parameters that will not change any more into the order that <see cref="Forward(ReadOnlySpan{Real}, ReadOnlySpan{Real}, ReadOnlyMatrix, Matrix)"/> reads fastest.</summary>
    /// <returns>Empty, unless the layer overrides both.</returns>
    public virtual Real[] Pack(ReadOnlySpan<Real> parameters) => [];

    /// <summary>Writes y = layer(x), to the same bits, with the help of what <see cref="Pack"/> made of the same parameters.</summary>
    /// <inheritdoc cref="Forward(ReadOnlySpan{Real}, ReadOnlyMatrix, Matrix)"/>
    public virtual void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y) => Forward(parameters, x, y);

    /// <summary>Writes dx and dParameters, given dy = ∂loss/∂y.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], as given to <c>Forward</c>.</param>
    /// <param name="y">[rows × Outputs], as written by <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="dx">[rows × Inputs], overwritten; or empty, when nobody asks for it (the first layer of a network).</param>
    /// <param name="dParameters">[ParameterCount], overwritten; or empty, when nobody asks for it (a thread that owns some of the rows).</param>
    public abstract void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters);

    /// <summary>Writes some neighbours of dParameters, so that several threads can share the work. Worth overriding where there are many parameters.</summary>
    /// <param name="parameters">[ParameterCount]; where a layer has several parts, only those of this part may be read, for others may move already.</param>
    /// <param name="x">[rows × Inputs], as given to <c>Forward</c>.</param>
    /// <param name="y">[rows × Outputs], as written by <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="first">The first of the parameters, a multiple of <see cref="PartLength"/>.</param>
    /// <param name="dPart">A multiple of <see cref="PartLength"/>, overwritten with the same bits that <see cref="Backward"/> would write there.</param>
    public virtual void BackwardPart(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        Backward(parameters, x, y, dy, default, dPart);

    /// <summary>What the parameters are for, in their order.</summary>
    /// <value>All of them weights, unless the layer says otherwise. The lengths add up to <see cref="ParameterCount"/>.</value>
    public virtual IReadOnlyList<ParameterBlock> Blocks => ParameterCount == 0 ? [] : [new("weights", ParameterCount, ParameterRole.Weight)];

    /// <summary>Writes y in a step of training, where a layer may differ from <c>Forward</c>: it drops units, or normalizes by the batch.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="pass">The step, and where the rows stand in the batch.</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    public virtual void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y) => Forward(parameters, x, y);

    /// <summary>Writes dx and dParameters of what <see cref="ForwardTraining"/> computes, given the same pass.</summary>
    /// <inheritdoc cref="Backward"/>
    public virtual void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters) =>
        Backward(parameters, x, y, dy, dx, dParameters);

    /// <summary>Writes some neighbours of the dParameters of <see cref="BackwardTraining"/>.</summary>
    /// <inheritdoc cref="BackwardPart"/>
    public virtual void BackwardPartTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        BackwardPart(parameters, x, y, dy, first, dPart);

    /// <summary>Numbers that must be known of the whole batch before one row of it can be trained on.</summary>
    /// <value>0, unless the layer normalizes by the batch.</value>
    public virtual int StatisticsLength => 0;

    /// <summary>Measures some columns of the whole batch, before <see cref="ForwardTraining"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], all rows of the batch.</param>
    /// <param name="first">The first column; threads share the columns.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="statistics">[StatisticsLength]; what belongs to these columns is overwritten.</param>
    public virtual void MeasureForward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, int first, int count, Span<Real> statistics)
    {
    }

    /// <summary>Measures some columns of the whole batch, before <see cref="BackwardTraining"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], all rows of the batch.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="statistics">[StatisticsLength]; what belongs to these columns is overwritten.</param>
    public virtual void MeasureBackward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, int count, Span<Real> statistics)
    {
    }

    /// <summary>Moves the parameters that are <see cref="ParameterRole.Statistic"/>, after a step.</summary>
    /// <param name="parameters">[ParameterCount]; only those may be changed.</param>
    /// <param name="statistics">[StatisticsLength], as measured.</param>
    /// <param name="rows">Rows of the batch.</param>
    public virtual void Observe(Span<Real> parameters, ReadOnlySpan<Real> statistics, int rows)
    {
    }

    /// <summary>Every kind of layer in this assembly; saved models find theirs in this list.</summary>
    public static IReadOnlyList<Type> Kinds { get; } =
    [
        typeof(ActivationLayer), typeof(AlphaDropout), typeof(BatchNormalization), typeof(Dense), typeof(Dropout), typeof(EntityEmbedding),
        typeof(FeaturewiseDense), typeof(InputScale), typeof(GaussianNoise), typeof(GroupedDense), typeof(Imputation), typeof(InputSkip),
        typeof(LayerNormalization), typeof(NtkDense), typeof(OneHotEncoding), typeof(ParametricMixLayer), typeof(PeriodicEmbeddingLayer),
        typeof(PiecewiseLinearEncoding), typeof(PReLULayer), typeof(QuantileTransform), typeof(Replicate), typeof(PerMember), typeof(SkipConnection), typeof(SmoothClip),
    ];
}
