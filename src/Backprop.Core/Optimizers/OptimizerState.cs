using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The memory of one training run: named vectors of the length of all parameters, and the number of steps.</summary>
/// <remarks>
/// <see cref="Update"/> makes one step of all parameters. Several threads may divide a step: <see cref="BeginStep"/> once,
/// then <see cref="PrepareMatrix"/> for every matrix, then <see cref="UpdateSlice"/> for every slice. Matrices, and afterwards slices, are
/// independent: any order, and the same time, have the same bits.
/// </remarks>
public abstract class OptimizerState
{
    private readonly string[] _names;
    private readonly Real[][] _vectors;
    private int _step;

    /// <summary>Allocates the vectors, filled with zeros.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="vectorNames">A name for each vector; none for an optimizer without memory.</param>
    protected OptimizerState(int parameterCount, params ReadOnlySpan<string> vectorNames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parameterCount);
        ParameterCount = parameterCount;
        _names = vectorNames.ToArray();
        _vectors = [.. _names.Select(_ => new Real[parameterCount])];
    }

    /// <summary>Number of parameters, and length of every vector.</summary>
    public int ParameterCount { get; }

    /// <summary>Number of steps that were begun.</summary>
    public int Step => _step;

    /// <summary>The factor of the momentum, set by a schedule; ignored without <see cref="Optimizer.HasMomentum"/>.</summary>
    /// <value>1.</value>
    public virtual double MomentumFactor { get; set; } = 1;

    /// <summary>Whether the parameters to predict with differ from those that are updated: <see cref="Predictor"/> has them.</summary>
    public virtual bool PredictsWithOthers => false;

    /// <summary>Makes one step of all parameters: θ ← θ − α·λ·θ, then θ ← θ − α·(direction from g and memory).</summary>
    /// <param name="parameters">θ [parameters], changed in place.</param>
    /// <param name="gradient">g = ∂J/∂θ [parameters].</param>
    /// <param name="learningRate">α, ≥ 0: some schedules begin or end at 0.</param>
    /// <param name="weightDecay">λ, ≥ 0: decoupled weight decay.</param>
    /// <exception cref="ArgumentException">A span does not have <see cref="ParameterCount"/> elements.</exception>
    public void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay = 0)
    {
        if (parameters.Length != ParameterCount || gradient.Length != ParameterCount)
        {
            throw new ArgumentException(
                $"The optimizer was started for {ParameterCount} parameters, but {nameof(parameters)} has {parameters.Length} elements " +
                    $"and {nameof(gradient)} has {gradient.Length}. Both must have one element per parameter.");
        }
        BeginStep(learningRate);
        for (var i = 0; i < MatrixCount; i++) PrepareMatrix(i, gradient);
        UpdateSlice(0, parameters, gradient, learningRate, weightDecay);
    }

    /// <summary>Begins a step of all parameters. Call it once, before <see cref="UpdateSlice"/>.</summary>
    /// <param name="learningRate">α, ≥ 0, without the factors of parameter groups.</param>
    public void BeginStep(double learningRate)
    {
        _step++;
        PrepareStep(learningRate);
    }

    /// <summary>Number of weight matrices that are updated as a whole.</summary>
    /// <value>0, unless the optimizer overrides it.</value>
    public virtual int MatrixCount => 0;

    /// <summary>Computes the direction of one matrix. Call it for each matrix between <see cref="BeginStep"/> and
    /// <see cref="UpdateSlice"/>. Threads may call it for different matrices at the same time.</summary>
    /// <param name="index">0 to <see cref="MatrixCount"/> − 1.</param>
    /// <param name="gradient">g of all parameters.</param>
    public virtual void PrepareMatrix(int index, ReadOnlySpan<Real> gradient)
    {
    }

    /// <summary>Makes the current step for some consecutive parameters. Threads may call it for different slices at the same
    /// time.</summary>
    /// <param name="offset">Index of the first of these parameters.</param>
    /// <param name="parameters">θ of the slice, changed in place.</param>
    /// <param name="gradient">g of the slice.</param>
    /// <param name="learningRate">α of the slice, ≥ 0.</param>
    /// <param name="weightDecay">λ of the slice, ≥ 0.</param>
    public virtual void UpdateSlice(
        int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
    {
        if (weightDecay > 0) Elementwise.Map(new Arithmetic.Multiple((Real)(1 - learningRate * weightDecay)), parameters, parameters);
        MoveSlice(offset, parameters, gradient, learningRate);
    }

    /// <summary>Writes the parameters of a slice to predict with: θ, unless <see cref="PredictsWithOthers"/>.</summary>
    /// <param name="offset">Index of the first of these parameters.</param>
    /// <param name="parameters">θ of the slice, after the last step.</param>
    /// <param name="predictor">As long, overwritten.</param>
    public virtual void Predictor(int offset, ReadOnlySpan<Real> parameters, Span<Real> predictor) => parameters.CopyTo(predictor);

    /// <summary>Shows all memory to a visitor: the number of steps, and every vector by its name.</summary>
    public virtual void Visit(StateVisitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        visitor.Count("step", ref _step);
        for (var i = 0; i < _vectors.Length; i++) visitor.Vector(_names[i], _vectors[i]);
    }

    /// <summary>Computes what all slices of the step have in common; <see cref="Step"/> counts it already.</summary>
    /// <param name="learningRate">α, without the factors of parameter groups.</param>
    protected virtual void PrepareStep(double learningRate)
    {
    }

    /// <summary>Moves a slice against its gradient, after weight decay.</summary>
    /// <param name="offset">Index of the first of these parameters.</param>
    /// <param name="parameters">θ of the slice, changed in place.</param>
    /// <param name="gradient">g of the slice.</param>
    /// <param name="learningRate">α of the slice.</param>
    protected abstract void MoveSlice(int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate);

    /// <summary>A slice of a vector.</summary>
    /// <param name="index">Index of the vector, in the order of its names.</param>
    /// <param name="offset">Index of the first element.</param>
    /// <param name="count">Number of elements.</param>
    protected Span<Real> Vector(int index, int offset, int count) => _vectors[index].AsSpan(offset, count);

    // One loop over parameters, gradient and all vectors.
    private protected void Apply<TRule>(TRule rule, int offset, Span<Real> parameters, ReadOnlySpan<Real> gradient)
        where TRule : struct, IUpdateRule
    {
        var count = parameters.Length;
        Elementwise.Update(
            rule, parameters, gradient, Vector(0, offset, count),
            TRule.Memories > 1 ? Vector(1, offset, count) : [], TRule.Memories > 2 ? Vector(2, offset, count) : []);
    }
}
