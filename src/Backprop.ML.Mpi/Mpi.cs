using Backprop.Distribution;

namespace Backprop.ML;

/// <summary>Runs a program on all processes of an MPI job: <c>return Mpi.Run(ranks => …);</c></summary>
/// <remarks>
/// <para>Start the program with <c>mpirun -n 4 dotnet App.dll</c>, <c>srun</c> or any other launcher of MPI. Without a launcher, the
/// program runs as rank 0 of 1 and needs no MPI.</para>
/// <para>The library is that of the launcher: Open MPI, MPICH and its relatives (Intel MPI, MVAPICH, MS-MPI), or one with the standard
/// binary interface of MPI 5. It is found when the program runs. The environment variable BACKPROP_MPI_LIBRARY overrides the choice.</para>
/// </remarks>
public static class Mpi
{
    private static readonly TimeSpan _defaultDeadline = TimeSpan.FromSeconds(60), _longestDeadline = TimeSpan.FromDays(3650);

    private static bool s_hasStarted;

    /// <summary>Starts MPI, runs the program, and ends MPI. Can be called once in a process.</summary>
    /// <remarks>
    /// An exception on one rank ends all ranks in less than a second, with exit code 1. Rank, host and exception are written to the
    /// standard error. All ranks also end if a rank leaves this method by another way, such as <c>Environment.Exit</c>. A single rank
    /// throws exceptions as usual. Call this method last: if MPI does not end within 3 seconds, the process ends with exit
    /// code 0.
    /// </remarks>
    /// <param name="program">The program, with the ranks. It must train on the thread that calls it.</param>
    /// <param name="deadline">The maximum time that a rank waits for a sign of life of another one; null for 60 seconds. Above 0; ten years
    /// and more, such as <see cref="TimeSpan.MaxValue"/>, are never over. Before
    /// a training, ranks wait for each other ten times as long, because they may read data of different speed.</param>
    /// <returns>The exit code for <c>Main</c>: 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deadline"/> is not above 0.</exception>
    /// <exception cref="DllNotFoundException">There is a launcher, but its library was not found.</exception>
    /// <exception cref="InvalidOperationException">The library is not that of the launcher, or the method was called before.</exception>
    public static int Run(Action<ICommunicator> program, TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        var wait = deadline ?? _defaultDeadline;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(deadline));
        if (wait > _longestDeadline) wait = _longestDeadline;
        var launch = MpiLaunch.OfProcess;
        if (!launch.HasLauncher)
        {
            program(new SingleRank(wait));
            return 0;
        }
        if (Interlocked.Exchange(ref s_hasStarted, true))
            throw new InvalidOperationException($"{nameof(Mpi)}.{nameof(Run)} was called twice, but MPI starts once in a process.");
        Run(MpiCommunicator.Start(launch, wait), program);
        return 0;
    }

    private static void Run(MpiCommunicator world, Action<ICommunicator> program)
    {
        try
        {
            program(world);
            world.Finish();
        }
        catch (Exception problem) when (world.Size > 1)
        {
            world.Abort(problem.ToString());
            throw;
        }
    }
}
