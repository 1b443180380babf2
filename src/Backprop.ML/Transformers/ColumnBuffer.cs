using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace Backprop.ML.Transformers;

/// <summary>The values that one column has in the rows that were read ahead.</summary>
internal abstract class ColumnBuffer
{
    private static readonly FuncStaticMethodInfo1<BatchRow, ValueSource, ColumnBuffer> _scalar = new(MakeScalar<int>), _vector = new(MakeVector<int>);

    /// <summary>Hands out the value of the row that the reader stands on; a <c>ValueGetter</c> of the column's type.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Makes room for so many rows.</summary>
    public abstract void Grow(int rows);

    /// <summary>Keeps the value that the input has now.</summary>
    public abstract void Read(int row);

    /// <summary>A buffer for a column of any type that ML.NET can cache.</summary>
    /// <param name="reader">Who knows which of the rows is meant.</param>
    /// <param name="input">Where values come from.</param>
    /// <param name="column">One of its active columns.</param>
    public static ColumnBuffer Make(BatchRow reader, DataViewRow input, DataViewSchema.Column column) => column.Type is VectorDataViewType vector
        ? Utils.MarshalInvoke(_vector, vector.ItemType.RawType, reader, new ValueSource(input, column))
        : Utils.MarshalInvoke(_scalar, column.Type.RawType, reader, new ValueSource(input, column));

    private static ScalarBuffer<T> MakeScalar<T>(BatchRow reader, ValueSource source) => new ScalarBuffer<T>(reader, source.Getter<T>());

    private static VectorBuffer<T> MakeVector<T>(BatchRow reader, ValueSource source) => new VectorBuffer<T>(reader, source.Getter<VBuffer<T>>());

    private readonly record struct ValueSource(DataViewRow Row, DataViewSchema.Column Column)
    {
        public ValueGetter<T> Getter<T>() => Row.GetGetter<T>(Column);
    }
}

/// <summary>One value a row, of a type whose values can be kept by assigning them.</summary>
internal sealed class ScalarBuffer<T>(BatchRow reader, ValueGetter<T> source) : ColumnBuffer
{
    private T[] _values = [];

    public T this[int row] => _values[row];

    public override Delegate Getter => (ValueGetter<T>)((ref T value) => value = _values[reader.Row]);

    public override void Grow(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row) => source(ref _values[row]);
}

/// <summary>One vector a row. Every place keeps its arrays from batch to batch, so nothing is allocated once they are long enough.</summary>
internal sealed class VectorBuffer<T>(BatchRow reader, ValueGetter<VBuffer<T>> source) : ColumnBuffer
{
    private VBuffer<T>[] _values = [];

    public ReadOnlySpan<VBuffer<T>> Values => _values;

    public override Delegate Getter => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[reader.Row].CopyTo(ref value));

    public override void Grow(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row) => source(ref _values[row]);
}
