namespace Backprop.Accuracy.Trees;

/// <summary>Trees that LightGBM grows, iteration by iteration.</summary>
internal sealed class Booster : IDisposable
{
    private const int FirstValidationData = 1, Transformed = 0, AllIterations = -1;

    private readonly nint _handle;
    private readonly string _parameters;
    private readonly int _columns;

    /// <summary>Begins without trees.</summary>
    /// <param name="data">Rows to learn from.</param>
    /// <param name="parameters">LightGBM's.</param>
    /// <param name="validation">Rows to measure on; null for none. They are in the bins of <paramref name="data"/>.</param>
    public Booster(TreeData data, string parameters, TreeData? validation = null)
    {
        (_parameters, _columns) = (parameters, data.Columns);
        LightGbmLibrary.Check(LightGbmLibrary.BoosterCreate(data.Handle, parameters, out _handle));
        if (validation is not null) LightGbmLibrary.Check(LightGbmLibrary.BoosterAddValidData(_handle, validation.Handle));
    }

    /// <summary>Adds a tree, or one of each class.</summary>
    /// <returns>Whether there is nothing left to split.</returns>
    public bool Update()
    {
        LightGbmLibrary.Check(LightGbmLibrary.BoosterUpdate(_handle, out var isFinished));
        return isFinished != 0;
    }

    /// <summary>The metrics of the validation rows, in the order of the parameter <c>metric</c>.</summary>
    /// <param name="values">One for each metric.</param>
    public void Evaluate(double[] values) =>
        LightGbmLibrary.Check(LightGbmLibrary.BoosterGetEval(_handle, FirstValidationData, out _, values));

    /// <summary>Predicts with all trees.</summary>
    /// <param name="x">[rows · columns]</param>
    /// <param name="outputs">The number of predictions of a row: that of the classes from three on, otherwise 1.</param>
    /// <returns>[rows · outputs]</returns>
    public double[] Predict(float[] x, int outputs = 1)
    {
        var rows = x.Length / _columns;
        var predictions = new double[rows * outputs];
        LightGbmLibrary.Check(
            LightGbmLibrary.BoosterPredict(
                _handle, x, LightGbmLibrary.Single, rows, _columns, LightGbmLibrary.RowMajor, Transformed, 0, AllIterations, _parameters,
                out _, predictions));
        return predictions;
    }

    /// <inheritdoc/>
    public void Dispose() => LightGbmLibrary.Check(LightGbmLibrary.BoosterFree(_handle));
}
