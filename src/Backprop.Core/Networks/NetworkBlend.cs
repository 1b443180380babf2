using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Networks of any shapes that predict together: the prediction is the average of their predictions, weighted by their copies.
/// Immutable.</summary>
/// <remarks>
/// <para>p = Σ cᵢ·pᵢ / Σ cᵢ, where pᵢ is the prediction of part i, with its own temperature, scale and bounds, and cᵢ are its copies.
/// Caruana, Niculescu-Mizil, Crew and Ksikes (2004), "Ensemble selection from libraries of models": a part that is selected several times
/// counts as often.</para>
/// <para>All parts have the same inputs, the same outputs, and as many members. Member m of the blend is the average of the members m of
/// all parts. So, if all parts hold out the same rows for each member, the blend does so, too.</para>
/// </remarks>
public sealed class NetworkBlend
{
    /// <summary>Maximum number of parts, and of copies of all parts together.</summary>
    internal const int MaxParts = 256, MaxCopies = 4096;

    private readonly BlendPart[] _parts;
    private readonly int[] _firstCopies;

    /// <summary>Makes a blend.</summary>
    /// <param name="parts">The networks and their copies; at least one.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other, or a part is a blend itself; the message names it.</exception>
    public NetworkBlend(params IReadOnlyList<BlendPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count is < 1 or > MaxParts)
            throw new ArgumentException($"A blend has 1 to {MaxParts} parts, but there are {parts.Count}.", nameof(parts));
        _parts = [.. parts];
        _firstCopies = new int[_parts.Length];
        for (var i = 0; i < _parts.Length; i++)
        {
            Check(i);
            _firstCopies[i] = Copies;
            Copies = checked(Copies + _parts[i].Copies);
        }
        if (Copies > MaxCopies)
            throw new ArgumentException($"A blend has at most {MaxCopies} copies of parts, but there are {Copies}.", nameof(parts));
    }

    /// <summary>The networks, in the order in which they were selected.</summary>
    public IReadOnlyList<BlendPart> Parts => _parts;

    /// <summary>Σ cᵢ.</summary>
    public int Copies { get; }

    /// <summary>A network that predicts as the blend does.</summary>
    /// <remarks>Its layers and parameters are those of the first part; <see cref="TrainedNetwork.Blend"/> has all parts.</remarks>
    public TrainedNetwork ToNetwork() =>
        _parts.Length == 1 ? _parts[0].Network : _parts[0].Network.With(this, temperature: 1);

    private void Check(int index)
    {
        if (_parts[index]?.Network is not { } part) throw new ArgumentException($"Part {index} of the blend is null.");
        var first = _parts[0].Network;
        if (_parts[index].Copies < 1)
            throw new ArgumentException($"Part {index} of the blend has {_parts[index].Copies} copies. Each part needs at least 1.");
        if (part.Blend is not null) throw new ArgumentException($"Part {index} is a blend itself. Pass its parts instead.");
        if (part.Network.Inputs != first.Network.Inputs || part.Network.Outputs != first.Network.Outputs
            || part.Network.EnsembleSize != first.Network.EnsembleSize)
        {
            throw new ArgumentException(
                $"Part {index} of the blend is {Describe(part)}, but the first part is {Describe(first)}. All parts must have the same "
                + "inputs, outputs and number of members.");
        }
        if (!part.Loss.IsKindOf(first.Loss))
            throw new ArgumentException(
                $"Part {index} of the blend was trained with {part.Loss}, but the first part with {first.Loss}. All parts must have the "
                + "same loss; only label smoothing may differ.");
    }

    private static string Describe(TrainedNetwork part) =>
        $"a network of {part.Network.Inputs} inputs, {part.Network.Outputs} outputs and {part.Network.EnsembleSize} members";

    /// <summary>Writes the scores of a part as often as it counts.</summary>
    /// <param name="part">Index of the part.</param>
    /// <param name="scores">[rows × outputs]: its scores.</param>
    /// <param name="copies">[rows × (<see cref="Copies"/> · outputs)]: those of all parts.</param>
    internal void CopyScores(int part, ReadOnlyMatrix scores, Matrix copies)
    {
        var (first, end) = CopiesOf(part);
        for (var row = 0; row < scores.Rows; row++)
            for (var copy = first; copy < end; copy++) scores.Row(row).CopyTo(copies.Row(row)[(copy * scores.Columns)..]);
    }

    /// <summary>The copies of a part among all copies.</summary>
    internal (int First, int End) CopiesOf(int part) => (_firstCopies[part], _firstCopies[part] + _parts[part].Copies);

    /// <summary>The operations that compute the average from the scores of the parts.</summary>
    /// <param name="scores">The name of the scores of each part.</param>
    /// <param name="name">The name of the average.</param>
    internal (Concatenate Copies, AverageMembers Average) AverageOf(IReadOnlyList<string> scores, string name)
    {
        var width = _parts[0].Network.Network.Outputs;
        string[] repeated = [.. _parts.Zip(scores, (part, each) => Enumerable.Repeat(each, part.Copies)).SelectMany(each => each)];
        var copies = new Concatenate(repeated, $"{name}_copies", checked(width * Copies));
        return (copies, new AverageMembers([copies.Output], name, width, Copies, _parts[0].Network.Loss));
    }
}
