namespace Backprop.Numerics;

/// <summary>Receives, by name, every value of an object that changes while training runs.</summary>
/// <remarks>
/// An object hands its values to a visitor in one method. The same method lists them, writes them and reads them back,
/// because a visitor may replace every value it receives. Names are unique within an object; <see cref="Part"/> adds the
/// name of the object before them.
/// </remarks>
public abstract class StateVisitor
{
    private string _path = "";

    /// <summary>Visits the values of an inner object, whose names begin with <paramref name="name"/> and a slash.</summary>
    /// <param name="name">The name of the inner object.</param>
    /// <param name="visit">Hands the values of the inner object to this visitor.</param>
    public void Part(string name, Action<StateVisitor> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var outer = _path;
        _path = $"{outer}{name}/";
        try
        {
            visit(this);
        }
        finally
        {
            _path = outer;
        }
    }

    /// <summary>Visits a vector whose length does not change.</summary>
    public void Vector(string name, Span<Real> values) => OnVector(_path + name, values);

    /// <summary>Visits one value.</summary>
    public void Number(string name, ref double value) => OnNumber(_path + name, ref value);

    /// <summary>Visits a count.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The count: ≥ 0.</param>
    /// <exception cref="FormatException">The visitor replaced it by a negative number.</exception>
    public void Count(string name, ref long value)
    {
        OnCount(_path + name, ref value);
        Check(name, value, long.MaxValue);
    }

    /// <summary>Visits a count.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The count: ≥ 0.</param>
    /// <param name="max">The maximum.</param>
    /// <exception cref="FormatException">The visitor replaced it by a negative number, or by one above the maximum.</exception>
    public void Count(string name, ref int value, int max = int.MaxValue)
    {
        long wide = value;
        OnCount(_path + name, ref wide);
        Check(name, wide, max);
        value = (int)wide;
    }

    /// <summary>Visits a flag, as the count 0 or 1.</summary>
    public void Flag(string name, ref bool value)
    {
        long number = value ? 1 : 0;
        Count(name, ref number);
        value = number != 0;
    }

    /// <summary>Visits a vector of doubles whose length does not change.</summary>
    public void Doubles(string name, Span<double> values) => OnDoubles(_path + name, values);

    /// <summary>Visits a list of doubles that grows.</summary>
    public void Series(string name, IList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        long count = values.Count;
        OnLength($"{_path}{name} count", ref count);
        double[] copy = new double[count];
        values.Take(copy.Length).ToArray().CopyTo(copy, 0);
        Doubles(name, copy);
        values.Clear();
        foreach (var value in copy) values.Add(value);
    }

    private void Check(string name, long value, long max)
    {
        if (value < 0 || value > max) throw new FormatException($"The value '{_path}{name}' is {value}; it must be from 0 to {max}.");
    }

    /// <summary>Receives a vector by its full name.</summary>
    protected abstract void OnVector(string name, Span<Real> values);

    /// <summary>Receives a vector of doubles by its full name.</summary>
    protected abstract void OnDoubles(string name, Span<double> values);

    /// <summary>Receives one value by its full name.</summary>
    protected abstract void OnNumber(string name, ref double value);

    /// <summary>Receives the length of a list by its full name. The list itself follows.</summary>
    protected virtual void OnLength(string name, ref long value) => OnCount(name, ref value);

    /// <summary>Receives a count by its full name.</summary>
    protected abstract void OnCount(string name, ref long value);
}
