using Backprop.Activations;
using Backprop.Losses;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Reads files that may be damaged, and watches the memory that this takes.</summary>
internal static class Reading
{
    /// <summary>An honest file of 39 KB, the start of every mutation.</summary>
    public static byte[] Original { get; } = Saved.Bytes(Saved.Realistic(new SquaredError(), new Tanh()));

    /// <summary>What a damaged file may cost.</summary>
    public static long MaxBytes { get; } = 10 * Original.Length;

    /// <summary>Reads and, where that succeeds, predicts. Answers the bytes allocated and what was read, or null after a
    /// <see cref="FormatException"/>; any other exception escapes.</summary>
    public static (long Allocated, TrainingResult? Result) Try(byte[] file)
    {
        var stream = new DrippingStream(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        TrainingResult? result = null;
        try
        {
            result = NetworkFormat.Read(stream);
            Saved.Predict(result.Network);
        }
        catch (FormatException) when (result is null)
        {
            // The promised end of a damaged file.
        }
        return (GC.GetAllocatedBytesForCurrentThread() - before, result);
    }

    /// <summary>Fills caches and compiles, so that only the file itself is measured afterwards.</summary>
    public static void WarmUp()
    {
        Assert.NotNull(Try(Original).Result);
        Assert.Null(Try(Saved.Forge("{}", [])).Result);
    }
}
