namespace Backprop.Accuracy.Trees;

/// <summary>Rows in LightGBM's bins.</summary>
internal sealed class TreeData : IDisposable
{
    private readonly string _parameters;

    /// <summary>Sorts values into bins.</summary>
    /// <param name="x">[rows · columns], row after row.</param>
    /// <param name="y">[rows]; classes are 0, 1, 2, …</param>
    /// <param name="parameters">LightGBM's, as in <c>max_bin=255 num_threads=1</c>.</param>
    public TreeData(float[] x, float[] y, string parameters)
    {
        (_parameters, Columns) = (parameters, x.Length / y.Length);
        LightGbmLibrary.Check(
            LightGbmLibrary.DatasetCreate(
                x, LightGbmLibrary.Single, y.Length, Columns, LightGbmLibrary.RowMajor, parameters, 0, out var handle));
        Handle = handle;
        LightGbmLibrary.Check(LightGbmLibrary.DatasetSetField(handle, "label", y, y.Length, LightGbmLibrary.Single));
    }

    private TreeData(nint handle, int columns, string parameters) => (Handle, Columns, _parameters) = (handle, columns, parameters);

    /// <summary>The library's.</summary>
    public nint Handle { get; }

    /// <summary>The number of values of a row.</summary>
    public int Columns { get; }

    /// <summary>Some of the rows, in the same bins.</summary>
    /// <param name="rows">In ascending order.</param>
    public TreeData Subset(int[] rows)
    {
        LightGbmLibrary.Check(LightGbmLibrary.DatasetGetSubset(Handle, rows, rows.Length, _parameters, out var subset));
        return new TreeData(subset, Columns, _parameters);
    }

    /// <inheritdoc/>
    public void Dispose() => LightGbmLibrary.Check(LightGbmLibrary.DatasetFree(Handle));
}
