using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Examples that are read one by one, into arrays that grow.</summary>
internal sealed class ExampleBuffer(int featureCount, int targetCount, bool hasWeights, bool allowsMissing, int rows)
{
    private readonly RowBuffer _features = new(featureCount, rows), _targets = new(targetCount, rows);
    private readonly RowBuffer? _weights = hasWeights ? new(1, rows) : null;

    /// <summary>Rows that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Keeps the row that a cursor stands on.</summary>
    public void Add(ExampleCursor row)
    {
        row.Features.CopyTo(_features.Add());
        row.Targets.CopyTo(_targets.Add());
        if (_weights is not null) _weights.Add()[0] = row.Weight;
        Count++;
    }

    /// <summary>The examples; nothing can be added afterwards.</summary>
    public ExampleSet ToExamples() => new(_features.ToArray(), featureCount, _targets.ToArray(), targetCount, _weights?.ToArray(), allowsMissing);

    /// <summary>One array that grows by rows of the same width.</summary>
    private sealed class RowBuffer(int width, int rows)
    {
        private float[] _values = new float[Math.Max(width, width * rows)];
        private int _length;

        public Span<float> Add()
        {
            if (_length + (long)width > Array.MaxLength)
                throw new InvalidOperationException($"The data does not fit into one array: {_length / width} rows of {width} numbers were read, and there are more.");
            if (_length + width > _values.Length)
                Array.Resize(ref _values, (int)Math.Clamp(2L * _values.Length, _length + width, Array.MaxLength));
            _length += width;
            return _values.AsSpan(_length - width, width);
        }

        public float[] ToArray()
        {
            if (_length < _values.Length) Array.Resize(ref _values, _length);
            return _values;
        }
    }
}
