namespace Backprop.ML.Data;

/// <summary>Counts the rows that cannot be used, by reason, and stores the position of the first row of each kind.</summary>
/// <param name="allowsMissing">Whether rows with missing features are used.</param>
internal sealed class SkippedRows(bool allowsMissing)
{
    /// <summary>Why a value may be missing although the file has one.</summary>
    public const string TextIsMissing = "A loader reads text in a column of Single as missing: check the type and the index of the column";

    private const string MissingFeature = "a missing feature", InfiniteFeature = "an infinite feature";
    private const string MissingLabel = "a missing label";

    private readonly Dictionary<string, Kind> _kinds = [];

    /// <summary>Number of skipped rows.</summary>
    public long Count { get; private set; }

    /// <summary>The reasons with the number of rows of each, and the option that would keep the rows, if there is one.</summary>
    public override string ToString()
    {
        var kinds = string.Join(
            "; ", _kinds.Select(kind => $"{kind.Value.Count} with {kind.Key}, first in row {kind.Value.Row}, {kind.Value.Location}"));
        var hint = _kinds.ContainsKey(MissingFeature) ? $". {nameof(BackpropTrainer.Options.MissingValues)} can impute missing features"
            : "";
        return kinds + hint;
    }

    /// <summary>Whether rows were skipped because of a missing feature, or a missing label that is not a key.</summary>
    public bool HasMissing => _kinds.ContainsKey(MissingFeature) || _kinds.ContainsKey(MissingLabel);

    /// <summary>Adds a row with a feature that is not finite.</summary>
    /// <param name="row">The position of the row in the view.</param>
    /// <param name="features">The features, then categories of the row.</param>
    /// <param name="known">The slots of the features.</param>
    /// <param name="column">The features column.</param>
    public void AddFeature(long row, SparseRow features, SlotList known, string? column)
    {
        var at = 0;
        while (float.IsFinite(features.Values[at]) || (allowsMissing && float.IsNaN(features.Values[at]))) at++;
        var slot = known.SlotOf(features.Indices.IsEmpty ? at : features.Indices[at]);
        Add(float.IsNaN(features.Values[at]) ? MissingFeature : InfiniteFeature, row, column, slot);
    }

    /// <summary>Adds a row with a label that is not finite. A key of 0, or above the number of key values, is missing.</summary>
    /// <param name="row">The position of the row in the view.</param>
    /// <param name="targets">The label.</param>
    /// <param name="known">The slots of the label, if it is a vector.</param>
    /// <param name="isKey">Whether the label is a key.</param>
    /// <param name="column">The name of the column.</param>
    public void AddLabel(long row, ReadOnlySpan<float> targets, SlotList? known, bool isKey, string column)
    {
        // Of several targets, some may be missing, so an infinite one is the reason.
        var at = targets.IndexOfAny(float.PositiveInfinity, float.NegativeInfinity);
        if (at < 0) at = targets.IndexOf(float.NaN);
        var missing = isKey ? "a label that is not a value of its key (0, or above the count)" : MissingLabel;
        Add(float.IsNaN(targets[at]) ? missing : "an infinite label", row, column, targets.Length > 1 ? known?.SlotOf(at) ?? at : null);
    }

    /// <summary>Adds a row without a group.</summary>
    /// <param name="row">The position of the row in the view.</param>
    /// <param name="column">The name of the column.</param>
    public void AddGroup(long row, string column) => Add("a missing group (0)", row, column, slot: null);

    /// <summary>Adds a row with a weight that is not above 0 and finite.</summary>
    /// <param name="row">The position of the row in the view.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="column">The name of the column.</param>
    public void AddWeight(long row, float weight, string column)
    {
        var kind = weight switch
        {
            float.NaN => "a missing weight",
            0 => "a weight of 0",
            float.PositiveInfinity => "an infinite weight",
            _ => "a negative weight",
        };
        Add(kind, row, column, slot: null);
    }

    private void Add(string kind, long row, string? column, int? slot)
    {
        Count++;
        if (_kinds.TryGetValue(kind, out var known)) known.Count++;
        else _kinds.Add(kind,
            new Kind(row, slot is { } index ? $"slot {index} of column '{column}'" : $"column '{column}'") { Count = 1 });
    }

    private sealed class Kind(long row, string location)
    {
        public long Row => row;

        public string Location => location;

        public long Count { get; set; }
    }
}
