using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>A cursor over the rows that were read.</summary>
internal interface IRowNumber
{
    /// <summary>Index of the current row.</summary>
    int Row { get; }
}

/// <summary>The values of one column in the rows that were read ahead.</summary>
internal abstract class ColumnBuffer
{
    private static readonly FuncStaticMethodInfo1<IRowNumber?, ValueSource, ColumnBuffer> _scalar = new(MakeScalar<int>),
        _vector = new(MakeVector<int>);

    /// <summary>Returns the value of the reader's current row; a <c>ValueGetter</c> of the column's type.</summary>
    public abstract Delegate Getter { get; }

    /// <summary>Increases the capacity to this number of rows.</summary>
    public abstract void Grow(int rows);

    /// <summary>Stores the current value of the input.</summary>
    public abstract void Read(int row);

    /// <summary>The number of values of a row, for columns of Single or of keys: the size of the vector, or 1.</summary>
    public abstract int Width { get; }

    /// <summary>Writes the values of one row. A key is written as its key value, a missing key as 0.</summary>
    /// <param name="row">Index of a row that was read.</param>
    /// <param name="values">[<see cref="Width"/>], overwritten.</param>
    public abstract void CopyTo(int row, Span<float> values);

    /// <summary>Whether the column is a vector of Single, with features and not keys.</summary>
    public virtual bool HoldsFeatures => false;

    /// <summary>Writes the keys of one row as categories of the network; a missing key is written as 0.</summary>
    /// <param name="row">Index of a row that was read.</param>
    /// <param name="values">[<see cref="Width"/>], overwritten.</param>
    /// <param name="lookup">Maps key values to categories.</param>
    public virtual void CopyKeys(int row, Span<float> values, KeyLookup lookup) =>
        throw new NotSupportedException("The column does not contain keys.");

    /// <summary>The values of one row of a vector of Single, without a copy, if the row is dense.</summary>
    public virtual bool TryDenseAt(int row, out ReadOnlySpan<float> values)
    {
        values = default;
        return false;
    }

    /// <summary>The values of one row of a vector of Single, dense or sparse as in the input.</summary>
    public virtual SparseRow SparseAt(int row) => throw new NotSupportedException("The column is not a vector of Single.");

    /// <summary>A buffer for a column of any type that ML.NET can cache.</summary>
    /// <param name="reader">Provides the index of the row that <see cref="Getter"/> reads; null if no getter is needed.</param>
    /// <param name="input">The row that values are read from.</param>
    /// <param name="column">An active column of the row.</param>
    public static ColumnBuffer Make(IRowNumber? reader, DataViewRow input, DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector
        ? Utils.MarshalInvoke(_vector, vector.ItemType.RawType, reader, new ValueSource(input, column))
        : Utils.MarshalInvoke(_scalar, column.Type.RawType, reader, new ValueSource(input, column));

    private static ScalarBuffer<T> MakeScalar<T>(IRowNumber? reader, ValueSource source) => new ScalarBuffer<T>(reader, source.Getter<T>());

    private static VectorBuffer<T> MakeVector<T>(IRowNumber? reader, ValueSource source) =>
        new VectorBuffer<T>(
            reader, source.Getter<VBuffer<T>>(), ((VectorDataViewType)source.Column.Type).Size, source.Row, source.Column.Name);

    private protected static float Number<T>(T value) => value switch
    {
        float number => number,
        byte key => key,
        ushort key => key,
        uint key => key,
        ulong key => key,
        _ => throw new NotSupportedException($"{typeof(T)} is neither Single nor a key type."),
    };

    private protected static ulong Key<T>(T value) => value switch
    {
        byte key => key,
        ushort key => key,
        uint key => key,
        ulong key => key,
        _ => throw new NotSupportedException($"{typeof(T)} is not a key type."),
    };

    private readonly record struct ValueSource(DataViewRow Row, DataViewSchema.Column Column)
    {
        public ValueGetter<T> Getter<T>() => Row.GetGetter<T>(Column);
    }
}

/// <summary>A buffer of one value per row. The values can be copied by assignment.</summary>
internal sealed class ScalarBuffer<T>(IRowNumber? reader, ValueGetter<T> source) : ColumnBuffer
{
    private T[] _values = [];

    public T this[int row] => _values[row];

    public override Delegate Getter => (ValueGetter<T>)((ref T value) => value = _values[reader!.Row]);

    public override int Width => 1;

    public override void Grow(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row) => source(ref _values[row]);

    public override void CopyTo(int row, Span<float> values) => values[0] = Number(_values[row]);

    public override void CopyKeys(int row, Span<float> values, KeyLookup lookup) => values[0] = lookup[Key(_values[row])];
}

/// <summary>A buffer of one vector per row. Every row keeps its arrays from batch to batch, so nothing is allocated when they are long
/// enough.</summary>
internal sealed class VectorBuffer<T>(IRowNumber? reader, ValueGetter<VBuffer<T>> source, int width, DataViewRow input, string name)
    : ColumnBuffer
{
    private VBuffer<T>[] _values = [];
    private Dictionary<int, long>? _positions; // of rows whose vectors have another length than the column

    public override Delegate Getter => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[reader!.Row].CopyTo(ref value));

    public override int Width => width;

    public override bool HoldsFeatures => _values is VBuffer<float>[];

    public override void Grow(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row)
    {
        source(ref _values[row]);
        if (_values[row].Length != width && width > 0) (_positions ??= [])[row] = input.Position;
    }

    public override void CopyTo(int row, Span<float> values)
    {
        ref var vector = ref Checked(row);
        if (_values is VBuffer<float>[] singles)
        {
            singles[row].CopyTo(values);
            return;
        }
        values.Clear();
        foreach (var (slot, value) in vector.Items()) values[slot] = Number(value);
    }

    public override void CopyKeys(int row, Span<float> values, KeyLookup lookup)
    {
        values.Clear();
        foreach (var (slot, value) in Checked(row).Items()) values[slot] = lookup[Key(value)];
    }

    public override bool TryDenseAt(int row, out ReadOnlySpan<float> values)
    {
        Checked(row);
        values = _values is VBuffer<float>[] singles && singles[row].IsDense ? singles[row].GetValues() : default;
        return !values.IsEmpty;
    }

    public override SparseRow SparseAt(int row)
    {
        Checked(row);
        if (_values is not VBuffer<float>[] singles) return base.SparseAt(row);
        return singles[row].IsDense
            ? new SparseRow([], singles[row].GetValues())
            : new SparseRow(singles[row].GetIndices(), singles[row].GetValues());
    }

    private ref VBuffer<T> Checked(int row)
    {
        if (_values[row].Length != width)
            throw Contracts.ExceptParam(
                name, "Row {0} has {1} values in column '{2}', but it must have {3}. An array that is null has 0 values.",
                _positions?.GetValueOrDefault(row) ?? input.Position, _values[row].Length, name, width);
        return ref _values[row];
    }
}
