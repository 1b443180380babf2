namespace Backprop.Layers;

/// <summary>A layer that scoring may omit or replace: it does nothing in scoring, a simpler layer does the same, or the layer before it
/// does its work.</summary>
internal interface IScoringRewrite
{
    /// <summary>Whether y = x in scoring.</summary>
    bool IsIdentity => false;

    /// <summary>A simpler layer with the same scores.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <returns>The layer, and its parameters; null if there is none.</returns>
    (Layer Layer, Real[] Parameters)? Simplified(Real[] parameters) => null;

    /// <summary>Merges this layer into the layer before it.</summary>
    /// <param name="before">The layer before, whose output no other layer reads.</param>
    /// <param name="parametersBefore">Its parameters.</param>
    /// <param name="parameters">[ParameterCount]</param>
    /// <returns>A layer that scores like both, and its parameters; null where both must stay.</returns>
    (Layer Layer, Real[] Parameters)? MergeInto(Layer before, Real[] parametersBefore, Real[] parameters) => null;
}
