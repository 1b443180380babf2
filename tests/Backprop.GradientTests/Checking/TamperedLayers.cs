using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>A dense layer with one deliberate mistake; the checker must find it.</summary>
internal abstract record TamperedDense(Dense Dense) : Layer(Dense.Inputs, Dense.Outputs)
{
    public override int ParameterCount => Dense.ParameterCount;

    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => Dense.Forward(parameters, x, y);

    public override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        var own = new Real[ParameterCount];
        Dense.Backward(parameters, x, y, dy, dx, own);
        Tamper(own, dx, dParameters);
        own.CopyTo(dParameters);
    }

    protected abstract void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters);
}

/// <summary>No mistake: shows that the wrapper itself is not what the checker rejects.</summary>
internal sealed record UntamperedDense(Dense Dense) : TamperedDense(Dense)
{
    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters)
    {
    }
}

/// <summary>One parameter's gradient is 1 % too large.</summary>
internal sealed record OnePercentOff(Dense Dense, int Parameter) : TamperedDense(Dense)
{
    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters) => own[Parameter] *= 1.01;
}

/// <summary>dParameters is added to what was there, so it grows from call to call once it holds numbers.</summary>
internal sealed record AccumulatingParameters(Dense Dense) : TamperedDense(Dense)
{
    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters)
    {
        for (var i = 0; i < own.Length; i++)
            if (!Real.IsNaN(dParameters[i])) own[i] += dParameters[i];
    }
}

/// <summary>The last number of dx is never written.</summary>
internal sealed record LeavingDxUnassigned(Dense Dense) : TamperedDense(Dense)
{
    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dx.Values[^1] = Real.NaN;
    }
}

/// <summary>dx is added to what was there, so it grows from call to call once it holds numbers.</summary>
internal sealed record AccumulatingDx(Dense Dense) : TamperedDense(Dense)
{
    private Real[] _before = [];

    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters)
    {
        if (dx.IsEmpty) return;
        for (var i = 0; i < _before.Length; i++) dx.Values[i] += _before[i];
        _before = dx.Values.ToArray();
    }
}

/// <summary>The last output is never written.</summary>
internal sealed record LeavingOutputUnassigned(Dense Dense) : TamperedDense(Dense)
{
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y)
    {
        base.Forward(parameters, x, y);
        y.Values[^1] = Real.NaN;
    }

    protected override void Tamper(Span<Real> own, Matrix dx, Span<Real> dParameters)
    {
    }
}
