using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Scored rows of a multiclass classification, with a key of only the classes that occur: as a label, as a prediction, or with a
/// score other than 0.</summary>
internal sealed class ScoredClasses
{
    private readonly List<uint> _labels = [], _predicted = [];
    private readonly List<VBuffer<float>> _scores = [];
    private readonly SortedSet<uint> _keys = [];

    /// <summary>Reads the rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type; the message names it.</exception>
    public ScoredClasses(IHost host, IDataView data, string label, string score, string predictedLabel)
    {
        host.CheckValue(data, nameof(data));
        var labels = Find(host, data, "label", label, "Key<UInt32>", IsKey);
        var scores = Find(host, data, "score", score, "Vector<Single> of known size", AreScores);
        var predicted = Find(host, data, "predicted label", predictedLabel, "Key<UInt32>", IsKey);
        Read(host, data, labels, scores, predicted);

        // ML.NET's evaluator needs at least two classes.
        for (uint key = 1; _keys.Count < 2; key++) _keys.Add(key);
        ulong[] keys = [.. _keys.Select(key => (ulong)key)];
        var names = KeyNames.Given(labels, [.. keys.Where(key => key <= ((KeyDataViewType)labels.Type).Count)]);
        Names = names.Count == keys.Length ? names : [.. keys.Select(key => $"{key}")];
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The rows, with the same columns, and keys of the classes that occur.</summary>
    public IDataView ToView(IHostEnvironment host, string label, string score, string predictedLabel)
    {
        var indexOf = _keys.Index().ToDictionary(key => key.Item, key => key.Index);
        var builder = new ArrayDataViewBuilder(host);
        builder.AddColumn(label, CopyNames, (ulong)Names.Count, [.. _labels.Select(NewKey)]);
        builder.AddColumn(predictedLabel, CopyNames, (ulong)Names.Count, [.. _predicted.Select(NewKey)]);
        builder.AddColumn(score, NumberDataViewType.Single, [.. _scores.Select(Narrow)]);
        return builder.GetDataView();

        uint NewKey(uint key) => indexOf.TryGetValue(key, out var index) ? (uint)index + 1 : 0;

        VBuffer<float> Narrow(VBuffer<float> wide)
        {
            var narrow = new float[Names.Count];
            foreach (var (slot, value) in wide.Items())
                if (indexOf.TryGetValue((uint)slot + 1, out var index)) narrow[index] = value;
            return new VBuffer<float>(narrow.Length, narrow);
        }
    }

    private void Read(
        IHost host, IDataView data, DataViewSchema.Column labels, DataViewSchema.Column scores, DataViewSchema.Column predicted)
    {
        using var cursor = data.GetRowCursor(labels, scores, predicted);
        var (labelOf, predictedOf) = (cursor.GetGetter<uint>(labels), cursor.GetGetter<uint>(predicted));
        var scoreOf = cursor.GetGetter<VBuffer<float>>(scores);
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            uint label = 0, found = 0;
            VBuffer<float> score = default;
            labelOf(ref label);
            predictedOf(ref found);
            scoreOf(ref score);
            if (label > 0) _keys.Add(label);
            if (found > 0) _keys.Add(found);
            foreach (var (slot, value) in score.Items())
                if (value != 0) _keys.Add((uint)slot + 1);
            _labels.Add(label);
            _predicted.Add(found);
            _scores.Add(score);
        }
    }

    private void CopyNames(ref VBuffer<ReadOnlyMemory<char>> names) =>
        names = new VBuffer<ReadOnlyMemory<char>>(Names.Count, [.. Names.Select(name => name.AsMemory())]);

    private static bool IsKey(DataViewType type) => type is KeyDataViewType && type.RawType == typeof(uint);

    private static bool AreScores(DataViewType type) =>
        type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType.Equals(NumberDataViewType.Single);

    private static DataViewSchema.Column Find(
        IExceptionContext host, IDataView data, string role, string name, string expected, Func<DataViewType, bool> suits)
    {
        if (data.Schema.GetColumnOrNull(name) is not { } column) throw host.ExceptSchemaMismatch(nameof(data), role, name);
        return suits(column.Type) ? column : throw host.ExceptSchemaMismatch(nameof(data), role, name, expected, column.Type.ToString());
    }
}
