namespace Backprop.Optimizers;

/// <summary>A recipe for moving parameters against their gradient. Immutable; what it must remember lives in the <see cref="OptimizerState"/> it starts.</summary>
/// <remarks>A new optimizer is one file beside this one and one entry in <see cref="All"/>. The learning rate is not its own: schedules own it.</remarks>
public abstract record Optimizer
{
    /// <summary>The learning rate that is customary for this optimizer, used where none is given.</summary>
    public abstract double CustomaryLearningRate { get; }

    /// <summary>The decoupled weight decay that is customary for this optimizer, used where none is given.</summary>
    public virtual double CustomaryWeightDecay => 0;

    /// <summary>Begins one training run over <paramref name="parameterCount"/> parameters.</summary>
    public abstract OptimizerState Start(int parameterCount);

    /// <summary>One of each optimizer in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Optimizer> All { get; } =
    [
        new AdaDelta(), new AdaGrad(), new Adam(), new AdaMax(), new AdamW(), new AmsGrad(), new Lion(), new Momentum(), new NAdam(), new Nesterov(), new RAdam(),
        new RmsProp(), new Sgd(),
    ];
}

/// <summary>The memory of one training run, laid out like the parameters.</summary>
public abstract class OptimizerState
{
    /// <summary>Moves every parameter once: θ ← θ − α·(direction made of g and of what was remembered). Called exactly once per minibatch.</summary>
    /// <param name="parameters">θ, changed in place.</param>
    /// <param name="gradient">g = ∂J/∂θ, as long as <paramref name="parameters"/>.</param>
    /// <param name="learningRate">α, ≥ 0: some schedules begin or end at 0.</param>
    public abstract void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate);
}
