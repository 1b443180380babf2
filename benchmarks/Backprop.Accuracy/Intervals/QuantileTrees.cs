using System.Runtime.InteropServices;

namespace Backprop.Accuracy.Intervals;

/// <summary>LightGBM's quantile regression with its defaults, by its C interface: ML.NET's trainer does not offer this objective.</summary>
/// <remarks>The library is the one that ML.NET's LightGbm trainer uses.</remarks>
internal static partial class QuantileTrees
{
    private const string Library = "lib_lightgbm";
    private const int Single = 0, RowMajor = 1, Iterations = 100;

    /// <summary>Learns a quantile, and predicts it for other rows.</summary>
    /// <param name="quantile">Above 0, below 1.</param>
    /// <param name="x">[rows · columns], row after row.</param>
    /// <param name="y">[rows]</param>
    /// <param name="test">[other rows · columns]</param>
    /// <returns>[other rows]</returns>
    public static double[] Predict(double quantile, float[] x, float[] y, float[] test)
    {
        var columns = x.Length / y.Length;
        var parameters = FormattableString.Invariant($"objective=quantile alpha={quantile} verbosity=-1 num_threads=2 deterministic=true");
        Check(DatasetCreate(x, Single, y.Length, columns, RowMajor, parameters, 0, out var data));
        Check(DatasetSetField(data, "label", y, y.Length, Single));
        Check(BoosterCreate(data, parameters, out var booster));
        for (var i = 0; i < Iterations; i++) Check(BoosterUpdate(booster, out _));
        var predictions = new double[test.Length / columns];
        Check(BoosterPredict(
            booster, test, Single, predictions.Length, columns, RowMajor, 0, 0, -1, parameters, out _, predictions));
        Check(BoosterFree(booster));
        Check(DatasetFree(data));
        return predictions;
    }

    private static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8(GetLastError()));
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreate(
        float[] data, int type, int rows, int columns, int isRowMajor, string parameters, nint reference, out nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetSetField(nint dataset, string field, float[] values, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterCreate(nint dataset, string parameters, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int BoosterUpdate(nint booster, out int isFinished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterPredict(
        nint booster, float[] data, int type, int rows, int columns, int isRowMajor, int predictionType, int firstIteration,
        int iterations, string parameters, out long length, double[] predictions);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint booster);
}
