using System.Globalization;

namespace Backprop.ModelDamage;

/// <summary>Counts outcomes by group, and keeps what must not happen.</summary>
public sealed class Tally
{
    private readonly Dictionary<(DamageGroup, Outcome), int> _counts = [];
    private readonly Dictionary<DamageGroup, long> _maxAllocated = [];
    private readonly SortedDictionary<string, int> _hostExceptions = new(StringComparer.Ordinal);

    /// <summary>One line for everything that must not happen.</summary>
    public List<string> Faults { get; } = [];

    public int Count { get; private set; }

    /// <summary>The most bytes that loading one file allocated.</summary>
    public long MaxAllocated => _maxAllocated.Values.DefaultIfEmpty().Max();

    /// <summary>How many files of a group ended like this.</summary>
    public int Of(DamageGroup group, Outcome outcome) => _counts.GetValueOrDefault((group, outcome));

    public void Add(int number, DamageGroup group, string what, TrialResult result)
    {
        Count++;
        _counts[(group, result.Outcome)] = _counts.GetValueOrDefault((group, result.Outcome)) + 1;
        _maxAllocated[group] = Math.Max(_maxAllocated.GetValueOrDefault(group), result.Allocated);
        if (result.Outcome == Outcome.RefusedByHost)
        {
            var kind = $"{group}: {result.Detail.Split(':')[0]}";
            _hostExceptions[kind] = _hostExceptions.GetValueOrDefault(kind) + 1;
        }
        if (IsFault(group, result.Outcome)) Faults.Add($"{number} {group} {result.Outcome}: {what} {result.Detail}");
    }

    // Not ours to prevent: a Model.key that names another loader, which ML.NET then calls instead of us; a hang in what ML.NET reads before
    // our step; and a hang of ML.NET's reader in a training schema for which somebody has made a right checksum.
    private static bool IsFault(DamageGroup group, Outcome outcome) => outcome switch
    {
        Outcome.OtherException => true,
        Outcome.Different or Outcome.FailedLater => group != DamageGroup.Forged,
        Outcome.Hang => group == DamageGroup.Ours,
        Outcome.HostDiffers => group == DamageGroup.Ours,
        _ => false,
    };

    public void Print(TextWriter writer)
    {
        writer.WriteLine($"{Count} damaged files");
        var outcomes = Enum.GetValues<Outcome>();
        writer.WriteLine($"{"",-8}{string.Concat(outcomes.Select(outcome => $"{outcome,15}"))}{"max. allocated",17}");
        foreach (var group in Enum.GetValues<DamageGroup>())
        {
            var cells = outcomes.Select(outcome => $"{_counts.GetValueOrDefault((group, outcome)),15}");
            var allocated = _maxAllocated.GetValueOrDefault(group).ToString("N0", CultureInfo.InvariantCulture);
            writer.WriteLine($"{group,-8}{string.Concat(cells)}{allocated,17}");
        }
        foreach (var (kind, count) in _hostExceptions) writer.WriteLine($"refused by ML.NET or the zip reader, {kind}: {count}");
        writer.WriteLine($"{Faults.Count} that must not happen");
        foreach (var fault in Faults.Take(40)) writer.WriteLine(fault);
    }
}
