namespace Backprop.Accuracy.Trees;

/// <summary>LightGBM's quantile regression with its defaults: ML.NET's trainer does not offer this objective.</summary>
internal static class QuantileTrees
{
    private const int Iterations = 100;

    /// <summary>Learns a quantile, and predicts it for other rows.</summary>
    /// <param name="quantile">Above 0, below 1.</param>
    /// <param name="x">[rows · columns], row after row.</param>
    /// <param name="y">[rows]</param>
    /// <param name="test">[other rows · columns]</param>
    /// <returns>[other rows]</returns>
    public static double[] Predict(double quantile, float[] x, float[] y, float[] test)
    {
        var parameters = FormattableString.Invariant($"objective=quantile alpha={quantile} verbosity=-1 num_threads=2 deterministic=true");
        using var data = new TreeData(x, y, parameters);
        using var booster = new Booster(data, parameters);
        for (var i = 0; i < Iterations; i++) booster.Update();
        return booster.Predict(test);
    }
}
