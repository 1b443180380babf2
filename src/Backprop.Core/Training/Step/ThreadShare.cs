using Backprop.Networks;

namespace Backprop.Training;

/// <summary>How many threads one training run may use while it lasts. Runs of one process share its processors.</summary>
internal sealed class ThreadShare : IDisposable
{
    // Minimum number of operations per step and thread. With less, another thread did not make steps faster.
    private const double MinWorkPerThread = 2e6;

    private static int s_taken;

    private ThreadShare(int count)
    {
        Count = count;
        Interlocked.Add(ref s_taken, count);
    }

    /// <summary>Number of threads, including the caller's; at least 1.</summary>
    public int Count { get; }

    /// <summary>Decides on the number of threads.</summary>
    /// <param name="requested">Maximum number of threads; null for the number of processors that no other run of this process uses.</param>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">Examples of one step.</param>
    public static ThreadShare Claim(int? requested, Network network, int batchSize)
    {
        // Forward, gradient of the inputs, gradient of the parameters: a multiplication and an addition each, for every weight and example.
        var useful = (int)Math.Clamp(6.0 * network.ParameterCount * batchSize / MinWorkPerThread, 1, batchSize);
        var free = Math.Max(1, Environment.ProcessorCount - Volatile.Read(ref s_taken));
        return new ThreadShare(Math.Min(requested ?? free, useful));
    }

    public void Dispose() => Interlocked.Add(ref s_taken, -Count);
}
