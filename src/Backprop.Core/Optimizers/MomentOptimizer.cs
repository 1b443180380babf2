using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>What Adam and its descendants have in common: running means of the gradient and of its square.</summary>
/// <remarks>Kingma and Ba (2015), "Adam: a method for stochastic optimization", arXiv:1412.6980.</remarks>
public abstract record MomentOptimizer : StepwiseOptimizer
{
    private protected MomentOptimizer()
    {
    }

    /// <summary>β₁: how slowly the mean of the gradient forgets.</summary>
    /// <value>0.9; in [0, 1).</value>
    public double Beta1
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.9;

    /// <summary>β₂: how slowly the mean of the squared gradient forgets; of <see cref="AdaMax"/>, the largest gradient.</summary>
    /// <value>0.999; in [0, 1).</value>
    public double Beta2
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 0.999;

    /// <summary>ε: keeps the step finite where the gradient is zero.</summary>
    /// <value>1e-8; &gt; 0 and finite.</value>
    public double Epsilon
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    } = 1e-8;
}
