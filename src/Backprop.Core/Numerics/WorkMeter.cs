namespace Backprop.Numerics;

/// <summary>
/// Counts the work of a long computation, and calls a check after every portion of it. The check may throw to end the computation.
/// </summary>
/// <remarks>
/// Work is counted in elementary operations of about a nanosecond. Counting work instead of time makes the number of checks the same on
/// every machine, and costs one addition instead of reading a clock.
/// </remarks>
/// <param name="check">The method that is called.</param>
/// <param name="portion">Work between two calls.</param>
internal sealed class WorkMeter(Action check, long portion = WorkMeter.DefaultPortion)
{
    /// <summary>About 10 ms on an idle machine, so that even a busy one responds within 200 ms.</summary>
    public const long DefaultPortion = 1 << 23;

    // A comparison sort takes about log₂ n comparisons of a few nanoseconds for each value.
    private const int WorkOfSortingOneValue = 64;

    private long _work;

    /// <summary>Minimum work between two calls of the check.</summary>
    public long Portion => portion;

    /// <summary>
    /// Work that was counted since the last call of the check; never as much as <see cref="Portion"/> and one addition more.
    /// </summary>
    public long Pending => _work;

    /// <summary>Counts some work that was done, and calls the check if it is due.</summary>
    public void Add(long work)
    {
        _work += work;
        if (_work < portion) return;
        _work = 0;
        check();
    }

    /// <summary>Counts the work of sorting values.</summary>
    public void AddSorting(int values) => Add((long)WorkOfSortingOneValue * values);
}
