namespace Backprop.Layers;

/// <summary>A layer of one or several affine maps y = c·x·W + b, each with columns of its own.</summary>
internal interface IAffine
{
    /// <summary>How many affine maps.</summary>
    int Groups { get; }

    /// <summary>Inputs of each.</summary>
    int GroupInputs { get; }

    /// <summary>Outputs of each.</summary>
    int GroupOutputs { get; }

    /// <summary>c</summary>
    double WeightFactor { get; }

    /// <summary>The position of a group's W [GroupInputs × GroupOutputs] among the parameters.</summary>
    Range WeightsOf(int group);

    /// <summary>The position of a group's b [GroupOutputs] among the parameters.</summary>
    Range BiasesOf(int group);

    /// <summary>c·W [GroupInputs × GroupOutputs] row-major.</summary>
    Real[] EffectiveWeights(ReadOnlySpan<Real> parameters, int group);
}
