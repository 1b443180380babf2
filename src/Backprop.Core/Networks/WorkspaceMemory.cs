using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Allocates the memory for the outputs of layers, or for their gradients. Layers share memory where no value is still
/// needed.</summary>
/// <param name="network">The layers.</param>
/// <param name="lengthOf">The number of values of each layer.</param>
/// <param name="keptOutputs">Layers whose outputs are read after the last layer was computed.</param>
internal sealed class WorkspaceMemory(Network network, Func<int, int> lengthOf, IReadOnlyCollection<int> keptOutputs)
{
    private readonly IReadOnlyList<Layer> _layers = network.Layers;

    /// <summary>One array for each layer, for layers that never work in place.</summary>
    public Real[][] ForEveryLayer() => [.. _layers.Select((_, l) => new Real[lengthOf(l)])];

    /// <summary>One array for each layer. A layer that works in place has that of the layer before.</summary>
    /// <param name="areGradients">Whether they are gradients: that between two fused layers is never written.</param>
    public Real[][] ForTraining(bool areGradients)
    {
        var room = new Real[_layers.Count][];
        for (var l = FirstLayer; l < room.Length; l++)
        {
            if (WorksInPlace(l)) room[l] = room[l - 1];
            else if (!(areGradients && network.Fusion.IsFirst(l))) room[l] = new Real[lengthOf(l)];
        }
        return room;
    }

    /// <summary>Few arrays, each for several layers: an output is needed only until the next layer was computed.</summary>
    public Real[][] ForScoring()
    {
        var slots = new int[_layers.Count];
        List<int> lengths = [0, 0, 0];
        for (var l = FirstLayer; l < slots.Length; l++)
        {
            slots[l] = SlotOf(l, slots, lengths);
            lengths[slots[l]] = Math.Max(lengths[slots[l]], lengthOf(l));
        }
        Real[][] arrays = [.. lengths.Select(length => new Real[length])];
        return [.. slots.Select((slot, l) => l < FirstLayer ? null! : arrays[slot])];
    }

    // Sparse rows may bypass the first layer. Its memory is large with many features, so it is allocated when it is needed.
    private int FirstLayer => network.TakesSparse ? network.SparseLayer : 0;

    // Two fused layers read the input of the first while they write the output of the second. So there are three arrays.
    private int SlotOf(int l, int[] slots, List<int> lengths)
    {
        if (WorksInPlace(l)) return slots[l - 1];
        if (MustRemain(l))
        {
            lengths.Add(0);
            return lengths.Count - 1;
        }
        int last = l > FirstLayer ? slots[l - 1] : -1, beforeLast = l > FirstLayer + 1 ? slots[l - 2] : -1;
        return Enumerable.Range(0, 3).First(slot => slot != last && slot != beforeLast);
    }

    // Layers that work in place have the memory of this one.
    private bool MustRemain(int l)
    {
        for (; ; l++)
        {
            if (keptOutputs.Contains(l) || (l + 1 < _layers.Count && network.IsAddedLater(l + 1))) return true;
            if (l + 1 == _layers.Count || !WorksInPlace(l + 1)) return false;
        }
    }

    // A layer that works in place shares the memory of the layer before, unless that is still needed. The first layer must not write to the
    // caller's features.
    private bool WorksInPlace(int l)
    {
        if (l <= FirstLayer || network.IsAddedLater(l) || keptOutputs.Contains(l - 1)) return false;
        var (before, layer) = (_layers[l - 1], _layers[l]);
        return layer.WorksInPlace && layer.ParameterCount == 0 && layer.Inputs == layer.Outputs && !before.ReadsOutput;
    }
}
