using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>Limited-memory BFGS: steps along d = −H·g, where H ≈ (∇²J)⁻¹ is computed from the last few steps and changes of the gradient. A
/// line search finds the step length. For small data, where it needs far fewer epochs than any other optimizer.</summary>
/// <remarks>
/// <para>
/// Nocedal (1980), "Updating quasi-Newton matrices with limited storage", with the two-loop recursion and H₀ = (sᵀy / yᵀy)·I. The line
/// search is that of Moré and Thuente (1994). It finds a step length for the strong Wolfe conditions J(θ + td) ≤ J(θ) + c₁·t·gᵀd and |g(θ +
/// td)ᵀd| ≤ c₂·|gᵀd|. SciPy's L-BFGS-B without bounds is the same algorithm. scikit-learn uses it for <c>solver='lbfgs'</c>, with c₁ =
/// 1e-3.
/// </para>
/// <para>
/// Every epoch is one step. It evaluates all examples at once, as often as the line search needs. Training ends by itself when the gradient
/// is small, or when no step along d lowers J any more. α is the first step that the line search tries, as a multiple of d. L-BFGS cannot
/// be combined with anything that changes J from step to step: dropout, minibatches, gradient clipping, L1, decoupled decay, a maximum
/// norm.
/// </para>
/// </remarks>
public sealed record Lbfgs : Optimizer
{
    /// <inheritdoc/>
    public override bool UsesLineSearch => true;

    // Steps and changes of the gradient, in double.
    internal override long MemoryVectors => 4L * History;

    /// <inheritdoc/>
    public override double DefaultLearningRate => 1;

    /// <summary>m: how many steps are remembered.</summary>
    /// <value>10; at least 1. Memory: 16 bytes for each of them and every parameter.</value>
    public int History
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    /// <summary>Training ends when no part of the gradient is larger.</summary>
    /// <value>1e-5; ≥ 0 and finite.</value>
    public double GradientTolerance
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 1e-5;

    /// <summary>c₁: the share of the decrease predicted by the gradient that a step must reach.</summary>
    /// <value>1e-4; in (0, 0.5).</value>
    public double SufficientDecrease
    {
        get;
        init =>
            field = value is > 0 and < 0.5
                ? value
                : throw ValueRange.Refusal(nameof(SufficientDecrease), value, "must be in (0, 0.5)");
    } = 1e-4;

    /// <summary>c₂: the share of the directional derivative that may remain after a step.</summary>
    /// <value>0.9; in (0, 1), and not below <see cref="SufficientDecrease"/>.</value>
    public double Curvature
    {
        get;
        init => field = ValueRange.BetweenZeroAndOne.Checked(value);
    } = 0.9;

    /// <summary>Maximum number of evaluations over all data in one line search.</summary>
    /// <value>20; at least 1.</value>
    public int MaximumEvaluations
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 20;
}
