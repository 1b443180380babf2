namespace Backprop.Activations;

/// <summary>An element-wise function and its derivative. Immutable, so one instance serves every thread.</summary>
/// <remarks>A new activation is one file in this folder and one entry in <see cref="All"/>; docs/extend/adding-things.md shows the
/// steps.</remarks>
public abstract record Activation
{
    /// <summary>y[i] = f(x[i]).</summary>
    /// <param name="x">Any length; read.</param>
    /// <param name="y">As long as <paramref name="x"/>, overwritten.</param>
    public abstract void Forward(ReadOnlySpan<Real> x, Span<Real> y);

    /// <summary>dx[i] = f′(x[i]) · dy[i]. Use <paramref name="x"/> or <paramref name="y"/>, whichever is cheaper.</summary>
    /// <param name="x">The input of <see cref="Forward"/>.</param>
    /// <param name="y">The output of <see cref="Forward"/>.</param>
    /// <param name="dy">∂loss/∂y.</param>
    /// <param name="dx">∂loss/∂x, overwritten.</param>
    public abstract void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx);

    /// <summary>Whether <see cref="Backward"/> uses y alone. Then y may overwrite x, dx may overwrite dy, and the network needs half the
    /// memory.</summary>
    public virtual bool WorksInPlace => false;

    /// <summary>Whether f(x) never decreases as x grows. Monotone constraints need such an activation.</summary>
    /// <value>False, unless the activation overrides it.</value>
    public virtual bool IsNondecreasing => false;

    /// <summary>The computation of a <see cref="ParametricMix"/> of this activation.</summary>
    internal virtual Mixture Mixture => new Mixture.OfAny(this);

    /// <summary>One of each activation in this assembly: the contract tests run over this list, and saved models find their activation in
    /// it.</summary>
    public static IReadOnlyList<Activation> All { get; } = [
        new ELU(), new GELU(), new HardSigmoid(), new HardSwish(), new HardTanh(), new Identity(), new LeakyReLU(), new Mish(),
        new ParametricMix(new Mish()), new PReLU(),
        new Reflected(new ELU()), new ReLU(), new Saturated(new ELU()), new SELU(), new Sigmoid(), new SiLU(), new Softplus(),
        new Softsign(), new Tanh(),
    ];

    /// <exception cref="ArgumentException">The activation is not known to be nondecreasing.</exception>
    private protected static Activation CheckedNondecreasing(Activation inner, string name)
    {
        ArgumentNullException.ThrowIfNull(inner, name);
        if (!inner.IsNondecreasing)
            throw new ArgumentException(
                $"{name} is {inner}, which may decrease. Use an activation that never does, such as {nameof(ReLU)} or {nameof(ELU)}.",
                name);
        return inner;
    }
}
