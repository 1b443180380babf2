namespace Backprop.Training;

/// <summary>What happens to a gradient between <see cref="GradientPass"/> and <see cref="ParameterUpdate"/>.</summary>
/// <remarks>
/// With one process nothing happens, and a shard is updated while its gradient is in the cache. A reducer that sums the gradients of
/// several processes needs the gradient of all parameters before any parameter is updated. It must sum in a fixed order, so that every
/// process receives the same bits.
/// </remarks>
internal interface IGradientReducer
{
    /// <summary>Whether the gradient of a shard is final as soon as this process has computed it.</summary>
    bool IsLocal { get; }

    /// <summary>Replaces the gradient of this process by the sum over all processes. Called once per step if <see cref="IsLocal"/> is
    /// false.</summary>
    /// <param name="gradient">[parameters], changed in place.</param>
    void Reduce(Span<Real> gradient);
}

/// <summary>The reducer of a training in one process.</summary>
internal sealed class LocalReducer : IGradientReducer
{
    /// <summary>The only one: it has no state.</summary>
    public static LocalReducer Instance { get; } = new();

    private LocalReducer()
    {
    }

    public bool IsLocal => true;

    public void Reduce(Span<Real> gradient)
    {
    }
}
