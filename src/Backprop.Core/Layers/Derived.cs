namespace Backprop.Layers;

/// <summary>What follows from the other members of a record, and so does not make two of them different.</summary>
/// <param name="value">What follows.</param>
internal readonly struct Derived<T>(T value) : IEquatable<Derived<T>>
{
    public T Value { get; } = value;

    public bool Equals(Derived<T> other) => true;

    public override bool Equals(object? obj) => obj is Derived<T>;

    public override int GetHashCode() => 0;
}
