namespace Backprop.ML.Data;

/// <summary>Counts the rows that lack some of several targets, and stores the position of the first.</summary>
internal sealed class IncompleteRows
{
    /// <summary>Number of rows so far.</summary>
    public long Count { get; private set; }

    /// <summary>The position of the first such row in the view.</summary>
    public long First { get; private set; }

    /// <summary>The slot of the label column that the first row lacks.</summary>
    public int Slot { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="row">Its position in the view.</param>
    /// <param name="slot">The first slot of the label column that it lacks.</param>
    public void Add(long row, int slot)
    {
        if (Count++ == 0) (First, Slot) = (row, slot);
    }
}
