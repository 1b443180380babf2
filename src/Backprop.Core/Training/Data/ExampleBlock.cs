namespace Backprop.Training;

/// <summary>A buffer for some examples of a stream. It is reused.</summary>
internal sealed class ExampleBlock(ExampleSource stream, int rows, bool isBalanced)
{
    private readonly Real[] _features = new Real[checked(rows * stream.FeatureCount)],
        _targets = new Real[checked(rows * stream.TargetCount)];
    private readonly Real[]? _weights = stream.HasWeights || isBalanced ? [.. Enumerable.Repeat((Real)1, rows)] : null;

    /// <summary>The examples in the buffer, as a view: its values change with the buffer.</summary>
    public ExampleSet ToExamples() => new(_features, stream.FeatureCount, _targets, stream.TargetCount, _weights, allowsMissing: true);

    /// <summary>Reads one example into the row with this index.</summary>
    /// <returns>False at the end of the stream.</returns>
    public bool Read(ExampleReader reader, int index, ClassBalance? balance)
    {
        var targets = _targets.AsSpan(index * stream.TargetCount, stream.TargetCount);
        if (!reader.Read(_features.AsSpan(index * stream.FeatureCount, stream.FeatureCount), targets, out var weight)) return false;
        if (_weights is not null) _weights[index] = balance is null ? weight : (Real)(weight * balance.FactorOf(targets[0]));
        return true;
    }
}
