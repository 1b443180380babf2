using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>A rule that moves parameters against their gradient. Immutable; its memory is the <see cref="OptimizerState"/> that it
/// starts.</summary>
/// <remarks>A new optimizer is one file in this folder and one entry in <see cref="All"/>. The learning rate is not part of the optimizer:
/// schedules determine it.</remarks>
public abstract record Optimizer
{
    /// <summary>The default learning rate of this optimizer, used if none is set.</summary>
    public abstract double DefaultLearningRate { get; }

    /// <summary>The default decoupled weight decay of this optimizer, used if none is set.</summary>
    public virtual double DefaultWeightDecay => 0;

    /// <summary>Whether it has a momentum that a schedule may change: β₁ of Adam, AdamW and AMSGrad, the coefficient of momentum and
    /// Nesterov.</summary>
    public virtual bool HasMomentum => false;

    /// <summary>Whether it searches along a line for the length of every step. It then needs all examples in one batch, and a loss that
    /// does not change from step to step.</summary>
    /// <value>False, but for <see cref="Lbfgs"/>.</value>
    public virtual bool UsesLineSearch => false;

    // Whether it updates weight matrices as a whole.
    internal virtual bool UpdatesMatrices => false;

    // How many vectors of 4-byte values, one per parameter, a descent keeps in addition to those of every training.
    internal virtual long MemoryVectors => 0;

    /// <summary>One of each optimizer in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Optimizer> All { get; } =
    [
        new AdaDelta(), new AdaGrad(), new Adam(), new AdaMax(), new AdamW(), new AmsGrad(), new IRpropMinus(), new Lbfgs(), new Lion(),
        new Lookahead(), new Momentum(),
        new Muon(), new NAdam(), new Nesterov(), new RAdam(), new RmsProp(), new ScheduleFreeAdamW(), new Sgd(),
    ];
}

/// <summary>An optimizer that makes one step from one gradient: all but <see cref="Lbfgs"/>. It updates every parameter independently, or
/// weight matrices as a whole.</summary>
public abstract record StepwiseOptimizer : Optimizer
{
    /// <summary>Begins one training run over <paramref name="parameterCount"/> parameters.</summary>
    public abstract OptimizerState Start(int parameterCount);

    /// <summary>Begins one training run of an optimizer that may update weight matrices as a whole, such as <see cref="Muon"/>.</summary>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="hiddenWeights">The weight matrices of the hidden layers, by ascending offset: <c>Network.HiddenWeights</c>.</param>
    public virtual OptimizerState Start(int parameterCount, IReadOnlyList<WeightMatrix> hiddenWeights) => Start(parameterCount);

    /// <summary>Whether the parameters to predict with differ from those that are updated
    /// (<see cref="OptimizerState.PredictsWithOthers"/>).</summary>
    internal bool PredictsWithOthers => Start(0).PredictsWithOthers;
}
