using System.Runtime.InteropServices;

namespace Backprop.Accuracy.Trees;

/// <summary>LightGBM's C interface, in the library that ML.NET's trainer uses: for objectives and ends of training that ML.NET does not
/// offer.</summary>
internal static partial class LightGbmLibrary
{
    private const string Library = "lib_lightgbm";

    /// <summary>The type of all values that are given to it: float.</summary>
    public const int Single = 0;

    /// <summary>The order of all matrices: row after row.</summary>
    public const int RowMajor = 1;

    /// <summary>Throws what the library says if a call failed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8(GetLastError()));
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetCreate(
        float[] data, int type, int rows, int columns, int isRowMajor, string parameters, nint reference, out nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetGetSubset", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetGetSubset(nint dataset, int[] rows, int count, string parameters, out nint subset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetSetField(nint dataset, string field, float[] values, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(nint dataset, string parameters, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterAddValidData")]
    public static partial int BoosterAddValidData(nint booster, nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdate(nint booster, out int isFinished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEval")]
    public static partial int BoosterGetEval(nint booster, int dataset, out int count, double[] values);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterPredict(
        nint booster, float[] data, int type, int rows, int columns, int isRowMajor, int predictionType, int firstIteration,
        int iterations, string parameters, out long length, double[] predictions);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int BoosterFree(nint booster);
}
