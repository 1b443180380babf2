using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Decides row by row, in one reading of the data, which rows are held out from training.</summary>
/// <remarks>
/// Of every run of 1/fraction rows of a class, one row is drawn. So the share of each class is right to one row, in any
/// order of the rows. The number of rows need not be known. The first row of a class is never drawn: a class of a single
/// row would be validated on and never learned.
/// </remarks>
/// <param name="fraction">The share of the rows; in (0, 1).</param>
/// <param name="seed">Where random numbers start.</param>
internal sealed class ValidationSplit(double fraction, int seed)
{
    private readonly Dictionary<Real, Stratum> _strata = [];

    /// <summary>Whether the next row of a class is kept from training.</summary>
    /// <param name="stratum">The class; the same for all rows where there are none.</param>
    public bool Takes(Real stratum)
    {
        if (!_strata.TryGetValue(stratum, out var known))
            _strata[stratum] = known = new Stratum(new RandomSequence(seed, RandomPurpose.Validation, _strata.Count));
        return known.TakesNext(fraction);
    }

    /// <summary>Whether a row is kept from training, in whatever order rows come: each is drawn by itself, so shares are about
    /// right.</summary>
    /// <param name="low">The lower half of what identifies the row.</param>
    /// <param name="high">The upper half.</param>
    public bool TakesRow(ulong low, ulong high) =>
        TakesGroup(RandomSequence.BitsOf(seed, RandomPurpose.Validation, low, high) >> 32, 1UL << 32);

    /// <summary>Whether all rows of a group are kept from training.</summary>
    /// <param name="group">A hash of what they have in common.</param>
    /// <param name="groups">How many hashes there are.</param>
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
