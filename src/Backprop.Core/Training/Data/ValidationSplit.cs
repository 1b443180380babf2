using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Chooses row by row, in one reading of the data, which rows are held out.</summary>
/// <remarks>
/// One row is drawn of every run of 1/fraction rows of a class. So the share of each class is accurate to one row, in any order of the
/// rows. The number of rows need not be known. The first row of a class is never drawn: otherwise, training would not see a class with a
/// single row.
/// </remarks>
/// <param name="fraction">The share of the rows; in (0, 1).</param>
/// <param name="seed">The seed of the random numbers.</param>
internal sealed class ValidationSplit(double fraction, int seed)
{
    private readonly Dictionary<Real, Stratum> _strata = [];

    /// <summary>Whether the next row of a class is held out.</summary>
    /// <param name="stratum">The class; the same for all rows where there are none.</param>
    public bool Takes(Real stratum)
    {
        if (!_strata.TryGetValue(stratum, out var known))
            _strata[stratum] = known = new Stratum(new RandomSequence(seed, RandomPurpose.Validation, _strata.Count));
        return known.TakesNext(fraction);
    }

    /// <summary>Whether a row is held out. The result does not depend on the order of the rows: each is drawn by itself, so shares are
    /// approximate.</summary>
    /// <param name="low">The lower half of what identifies the row.</param>
    /// <param name="high">The upper half.</param>
    public bool TakesRow(ulong low, ulong high) =>
        TakesGroup(RandomSequence.BitsOf(seed, RandomPurpose.Validation, low, high) >> 32, 1UL << 32);

    /// <summary>Whether all rows of a group are held out.</summary>
    /// <param name="group">The hash of the group.</param>
    /// <param name="groups">Number of possible hashes.</param>
    public bool TakesGroup(ulong group, ulong groups) => group < fraction * groups;

    private sealed class Stratum(RandomSequence random)
    {
        private long _row, _run, _runEnd, _drawn;

        public bool TakesNext(double fraction)
        {
            if (_row == _runEnd)
            {
                _runEnd = (long)Math.Ceiling(++_run / fraction);
                var first = Math.Max(_row, 1);
                _drawn = first + random.NextIndex((int)Math.Min(_runEnd - first, int.MaxValue));
            }
            return _row++ == _drawn;
        }
    }
}
