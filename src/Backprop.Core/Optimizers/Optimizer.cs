using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>A recipe for moving parameters against their gradient. Immutable; what it must remember lives in the <see cref="OptimizerState"/> it starts.</summary>
/// <remarks>A new optimizer is one file beside this one and one entry in <see cref="All"/>. The learning rate is not its own: schedules own it.</remarks>
public abstract record Optimizer
{
    /// <summary>The learning rate that is usual for this optimizer, used where none is given.</summary>
    public abstract double DefaultLearningRate { get; }

    /// <summary>The decoupled weight decay that is usual for this optimizer, used where none is given.</summary>
    public virtual double DefaultWeightDecay => 0;

    /// <summary>Whether it has a momentum that a schedule may change: β₁ of Adam, AdamW and AMSGrad, the coefficient of momentum and Nesterov.</summary>
    public virtual bool HasMomentum => false;

    /// <summary>One of each optimizer in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Optimizer> All { get; } =
    [
        new AdaDelta(), new AdaGrad(), new Adam(), new AdaMax(), new AdamW(), new AmsGrad(), new IRpropMinus(), new Lbfgs(), new Lion(), new Lookahead(), new Momentum(),
        new NAdam(), new Nesterov(), new RAdam(), new RmsProp(), new ScheduleFreeAdamW(), new Sgd(),
    ];
}

/// <summary>An optimizer that makes one step of one gradient, and looks at every parameter by itself: all but <see cref="Lbfgs"/>.</summary>
public abstract record StepwiseOptimizer : Optimizer
{
    /// <summary>Begins one training run over <paramref name="parameterCount"/> parameters.</summary>
    public abstract OptimizerState Start(int parameterCount);
}

/// <summary>The memory of one training run, laid out like the parameters.</summary>
public abstract class OptimizerState
{
    /// <summary>Moves every parameter once: θ ← θ − α·(direction made of g and of what was remembered). Called exactly once per minibatch.</summary>
    /// <param name="parameters">θ, changed in place.</param>
    /// <param name="gradient">g = ∂J/∂θ, as long as <paramref name="parameters"/>.</param>
    /// <param name="learningRate">α, ≥ 0: some schedules begin or end at 0.</param>
    public abstract void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate);

    /// <summary>What a schedule multiplies the momentum by from now on; ignored without <see cref="Optimizer.HasMomentum"/>.</summary>
    /// <value>1.</value>
    public virtual double MomentumFactor { get; set; } = 1;

    /// <summary>The same after decoupled weight decay: θ ← θ − α·λ·θ. Worth overriding where there is more to decay than θ.</summary>
    /// <param name="parameters">θ, changed in place.</param>
    /// <param name="gradient">g = ∂J/∂θ, as long as <paramref name="parameters"/>.</param>
    /// <param name="learningRate">α, ≥ 0.</param>
    /// <param name="weightDecay">λ; ≥ 0.</param>
    public virtual void Update(Span<Real> parameters, ReadOnlySpan<Real> gradient, double learningRate, double weightDecay)
    {
        if (weightDecay > 0) Elementwise.Map(new Arithmetic.Multiple((Real)(1 - learningRate * weightDecay)), parameters, parameters);
        Update(parameters, gradient, learningRate);
    }

    /// <summary>Whether the parameters to predict with are others than those that are moved: <see cref="Predictor"/> has them.</summary>
    public virtual bool PredictsWithOthers => false;

    /// <summary>The parameters to predict with, after the steps so far.</summary>
    /// <param name="parameters">θ, as after the last step.</param>
    /// <param name="predictor">As long, overwritten. θ itself, unless the optimizer says otherwise.</param>
    public virtual void Predictor(ReadOnlySpan<Real> parameters, Span<Real> predictor) => parameters.CopyTo(predictor);
}
