using Backprop.Layers;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Warns of rows that a view scored as NaN, once for the view: when the last cursor of the first reading with such rows
/// ends.</summary>
/// <param name="host">For the log.</param>
/// <param name="imputes">Whether the network imputes missing features. Then only infinite ones lead to NaN.</param>
internal sealed class UndefinedScores(IHost host, bool imputes)
{
    private int _isLogged;

    /// <summary>Begins to count the rows of one reading.</summary>
    /// <param name="cursors">Number of cursors that read the rows.</param>
    public Reading Begin(int cursors) => new(this, cursors);

    private void Warn(long undefined, long rows)
    {
        if (Interlocked.Exchange(ref _isLogged, 1) != 0) return;
        using var channel = host.Start("Scoring");
        const string missing = "a feature is missing or infinite. Replace these values, or train with "
            + $"{nameof(MissingValues)}.{nameof(MissingValues.Median)}.";
        const string infinite = "a feature is infinite. Replace these values.";
        channel.Warning(
            MessageSensitivity.None, "The score of {0} of {1} rows is NaN: {2}", undefined, rows, imputes ? infinite : missing);
    }

    /// <summary>The rows of one reading, over all of its cursors.</summary>
    internal sealed class Reading(UndefinedScores view, int cursors)
    {
        private int _open = cursors;
        private long _undefined, _rows;

        /// <summary>Ends one cursor.</summary>
        /// <param name="undefined">Number of rows that it scored as NaN.</param>
        /// <param name="rows">Number of rows that it scored.</param>
        public void End(long undefined, long rows)
        {
            Interlocked.Add(ref _undefined, undefined);
            Interlocked.Add(ref _rows, rows);
            if (Interlocked.Decrement(ref _open) == 0 && _undefined > 0) view.Warn(_undefined, _rows);
        }
    }
}
