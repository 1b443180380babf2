using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>A network of some members of an ensemble. Each of them learns, to the last bit, what it learns in the whole ensemble.</summary>
/// <remarks>The layers before the members are those of the whole network, so they must not learn.</remarks>
internal sealed class MemberSlice
{
    private readonly Network _whole;
    private readonly MemberRange _range;

    /// <summary>Makes the layers.</summary>
    /// <param name="whole">An ensemble.</param>
    /// <param name="range">The members.</param>
    /// <exception cref="NotSupportedException">A layer cannot be divided; the message names it.</exception>
    public MemberSlice(Network whole, MemberRange range)
    {
        (_whole, _range) = (whole, range);
        Network = new Network([.. whole.Layers.Select(OfMembers)]) { Members = range };
    }

    /// <summary>The network of these members.</summary>
    public Network Network { get; }

    /// <summary>The parameters of these members.</summary>
    /// <param name="all">[whole.ParameterCount]</param>
    public Real[] Cut(ReadOnlySpan<Real> all)
    {
        var part = new Real[Network.ParameterCount];
        foreach (var (from, to, length) in Pieces()) all.Slice(from, length).CopyTo(part.AsSpan(to));
        return part;
    }

    /// <summary>Writes the parameters of these members into those of all.</summary>
    /// <param name="part">[Network.ParameterCount]</param>
    /// <param name="all">[whole.ParameterCount], overwritten where it holds these members.</param>
    public void Paste(ReadOnlySpan<Real> part, Span<Real> all)
    {
        foreach (var (to, from, length) in Pieces()) part.Slice(from, length).CopyTo(all[to..]);
    }

    private IEnumerable<(int Whole, int Part, int Length)> Pieces()
    {
        for (var l = 0; l < _whole.Layers.Count; l++)
        {
            int offset = _whole.ParametersOf(l).Start.Value, own = Network.ParametersOf(l).Start.Value;
            var count = _whole.Layers[l].ParameterCount;
            if (l <= _whole.LayerOfMembers)
            {
                yield return (offset, own, count);
                continue;
            }
            var pieces = (_whole.Layers[l] as IDividesMembers)!.PiecesOfParameters;
            int piece = count / pieces, ofMember = piece / _range.All, length = ofMember * _range.Count;
            for (var p = 0; p < pieces; p++) yield return (offset + p * piece + _range.First * ofMember, own + p * length, length);
        }
    }

    private Layer OfMembers(Layer layer, int index) => layer switch
    {
        _ when index < _whole.LayerOfMembers => layer,
        IDividesMembers divided => divided.ForMembers(_range.All, _range.Count),
        _ => throw new NotSupportedException(
            $"Layer {index} ({layer.Caption}) cannot be divided by members, so {_whole.EnsembleSize} members cannot be trained by several "
            + $"ranks. Use {LayerCapabilities.LayersOfMembers}, or set Distributed to null."),
    };
}
