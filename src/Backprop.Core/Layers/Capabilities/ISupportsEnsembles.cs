namespace Backprop.Layers;

/// <summary>A layer that can process all members of an ensemble at once, each in its own columns.</summary>
public interface ISupportsEnsembles
{
    /// <summary>Whether the outputs of one member depend on the inputs of that member alone.</summary>
    /// <param name="members">Number of members; each has an equal share of the columns.</param>
    bool SupportsEnsembles(int members);
}

/// <summary>A layer that has a special form for several members of an ensemble: a wider layer, or a grouped one.</summary>
/// <remarks>Any other layer is replicated by <see cref="PerMember"/>.</remarks>
internal interface IReplicable
{
    /// <summary>The layer that does the same for several members. Each member has its own parameters.</summary>
    Layer Replicated(int members);
}

/// <summary>A layer that makes members, or computes them, and can be divided: a narrower layer for some of them has the same
/// bits.</summary>
internal interface IDividesMembers
{
    /// <summary>The same layer for some of its members.</summary>
    /// <param name="members">Number of members of this layer.</param>
    /// <param name="count">Number of members of the result; at least 1.</param>
    Layer ForMembers(int members, int count);

    /// <summary>Number of pieces of the parameters, of equal length. In each, the members follow one another.</summary>
    int PiecesOfParameters => 1;
}

/// <summary>A layer whose output holds the members of an ensemble, member after member.</summary>
internal interface IMakesMembers
{
    /// <summary>Number of members.</summary>
    int EnsembleSize { get; }
}
