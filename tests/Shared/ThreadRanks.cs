using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Backprop.Distribution;

namespace Backprop;

/// <summary>Ranks that are threads of this process, with messages in memory.</summary>
internal static class ThreadRanks
{
    /// <summary>Runs a program on several ranks, and returns the results in the order of the ranks.</summary>
    /// <remarks>If a rank throws, the others are ended, and the exception of the first rank that failed by itself is thrown.</remarks>
    public static T[] Run<T>(int size, Func<ICommunicator, T> program, TimeSpan? deadline = null)
    {
        var results = new T[size];
        var problems = RunAll(size, ranks => results[ranks.Rank] = program(ranks), deadline);
        if (problems.FirstOrDefault(problem => problem is not (null or JobEndedException)) is { } first)
            throw new AggregateException(first);
        return results;
    }

    /// <summary>A rank without others.</summary>
    public static ICommunicator Alone => new Communicator(new Job(1, TimeSpan.FromSeconds(60)), rank: 0);

    /// <summary>The exception of each rank; null for none.</summary>
    public static Exception?[] RunAll(int size, Action<ICommunicator> program, TimeSpan? deadline = null)
    {
        var job = new Job(size, deadline ?? TimeSpan.FromSeconds(60));
        var problems = new Exception?[size];
        Thread[] threads =
        [
            .. Enumerable.Range(0, size).Select(rank => new Thread(() =>
            {
                try
                {
                    program(new Communicator(job, rank));
                }
                catch (Exception problem)
                {
                    problems[rank] = problem;
                    job.End ??= $"Rank {rank} threw {problem.GetType().Name}.";
                }
            })),
        ];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return problems;
    }

    private sealed class Job(int size, TimeSpan deadline)
    {
        private readonly ConcurrentQueue<byte[]>[] _queues =
            [.. Enumerable.Range(0, size * size).Select(_ => new ConcurrentQueue<byte[]>())];
        private volatile string? _end;

        public int Size => size;

        public TimeSpan Deadline => deadline;

        public string? End { get => _end; set => _end = value; }

        public ConcurrentQueue<byte[]> Queue(int from, int to) => _queues[from * size + to];
    }

    private sealed class Communicator(Job job, int rank) : ICommunicator
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public int Rank => rank;

        public int Size => job.Size;

        public string Host => $"host{rank}";

        public TimeSpan Deadline => job.Deadline;

        public void Send(int rank, byte[] message)
        {
            Check(rank);
            job.Queue(Rank, rank).Enqueue(message);
        }

        public bool TryReceive(int rank, [NotNullWhen(true)] out byte[]? message)
        {
            Check(rank);
            if (job.Queue(rank, Rank).TryDequeue(out message)) return true;
            if (job.End is { } end) throw new JobEndedException(end);
            return false;
        }

        public bool ContinueSending() => true;

        public void Abort(string reason) => job.End = $"Rank {Rank} ends the job: {reason}";

        private void Check(int other)
        {
            if (other < 0 || other >= Size || other == Rank) throw new ArgumentOutOfRangeException(nameof(other), other, "no other rank");
            if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("Another thread uses the communicator.");
        }
    }
}

/// <summary>Another rank has ended the job.</summary>
internal sealed class JobEndedException(string message) : Exception(message);
