using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Layers that perturb values at random in training, and copy them in scoring: y = x. Scoring omits these layers.</summary>
public abstract record TrainingOnlyLayer : Layer, ITrainingBehavior, IScoringRewrite, ISupportsEnsembles, IDescribesInference
{
    private protected TrainingOnlyLayer(int width) : base(width, width)
    {
    }

    /// <summary>Number of inputs and outputs per example.</summary>
    public int Width => Inputs;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public bool IsRandom => true;

    bool IScoringRewrite.IsIdentity => true;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public bool SupportsEnsembles(int members) => true;

    /// <inheritdoc/>
    public abstract void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y);

    /// <inheritdoc/>
    public virtual void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx,
        Span<Real> dParameters) => Backward(parameters, x, y, dy, dx, dParameters);

    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters) => x;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => x.Values.CopyTo(y.Values);

    /// <inheritdoc/>
    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dy.Values.CopyTo(dx.Values);
    }
}
