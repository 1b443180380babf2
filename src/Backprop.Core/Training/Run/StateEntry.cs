using System.Runtime.InteropServices;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The kind of a value in a checkpoint, and the size of one element.</summary>
internal enum StateKind
{
    /// <summary>Floats.</summary>
    Floats = 4,

    /// <summary>Doubles.</summary>
    Doubles = 8,

    /// <summary>A 64-bit integer.</summary>
    Count = 9,
}

/// <summary>One named value of a state, as bytes.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Kind">What the bytes are.</param>
/// <param name="Bytes">The values, little-endian.</param>
internal sealed record StateEntry(string Name, StateKind Kind, byte[] Bytes);

/// <summary>Copies a state into entries.</summary>
internal sealed class StateWriter : StateVisitor
{
    private readonly List<StateEntry> _entries = [];

    /// <summary>The entries of a state.</summary>
    /// <param name="visit">Shows the state to a visitor.</param>
    public static IReadOnlyList<StateEntry> Write(Action<StateVisitor> visit)
    {
        var writer = new StateWriter();
        visit(writer);
        return writer._entries;
    }

    protected override void OnVector(string name, Span<Real> values) =>
        _entries.Add(new StateEntry(name, StateKind.Floats, MemoryMarshal.AsBytes(values).ToArray()));

    protected override void OnDoubles(string name, Span<double> values) =>
        _entries.Add(new StateEntry(name, StateKind.Doubles, MemoryMarshal.AsBytes(values).ToArray()));

    protected override void OnNumber(string name, ref double value) => OnDoubles(name, new Span<double>(ref value));

    protected override void OnCount(string name, ref long value) =>
        _entries.Add(new StateEntry(name, StateKind.Count, BitConverter.GetBytes(value)));
}

/// <summary>Fills a state with entries, in the order in which it was written.</summary>
internal sealed class StateReader(IReadOnlyList<StateEntry> entries) : StateVisitor
{
    private int _next;

    /// <summary>Fills a state.</summary>
    /// <param name="entries">All of its values.</param>
    /// <param name="visit">Shows the state to a visitor.</param>
    /// <exception cref="FormatException">The entries are those of another state.</exception>
    public static void Read(IReadOnlyList<StateEntry> entries, Action<StateVisitor> visit)
    {
        var reader = new StateReader(entries);
        visit(reader);
        if (reader._next < entries.Count) throw new FormatException($"The state has no value '{entries[reader._next].Name}'.");
    }

    protected override void OnVector(string name, Span<Real> values) => Take(name, StateKind.Floats, MemoryMarshal.AsBytes(values));

    protected override void OnDoubles(string name, Span<double> values) => Take(name, StateKind.Doubles, MemoryMarshal.AsBytes(values));

    protected override void OnNumber(string name, ref double value) => OnDoubles(name, new Span<double>(ref value));

    protected override void OnCount(string name, ref long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Take(name, StateKind.Count, bytes);
        value = BitConverter.ToInt64(bytes);
    }

    // Before the list is allocated.
    protected override void OnLength(string name, ref long value)
    {
        OnCount(name, ref value);
        if (value != NextLength()) throw new FormatException($"The value '{name}' is {value}, which is not the length of its list.");
    }

    private long NextLength() => _next < entries.Count ? entries[_next].Bytes.Length / sizeof(double) : -1;

    private void Take(string name, StateKind kind, Span<byte> values)
    {
        if (_next == entries.Count) throw new FormatException($"The value '{name}' is missing.");
        var entry = entries[_next++];
        if (entry.Name != name || entry.Kind != kind)
            throw new FormatException($"There is '{entry.Name}' ({entry.Kind}) where '{name}' ({kind}) must be.");
        if (entry.Bytes.Length != values.Length)
            throw new FormatException($"The value '{name}' has {entry.Bytes.Length} bytes, but must have {values.Length}.");
        entry.Bytes.CopyTo(values);
    }
}
