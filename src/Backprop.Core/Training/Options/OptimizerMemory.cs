using System.Globalization;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The memory of an optimizer, such as the moments of Adam, from the checkpoint of an earlier training. A training that continues
/// from that training's network, with new rows, then also continues with its step sizes.</summary>
/// <remarks>Immutable.</remarks>
public sealed class OptimizerMemory
{
    private const string Part = "optimizer";

    private readonly string _path;
    private readonly int _epoch;
    private readonly IReadOnlyList<StateEntry> _entries;

    private OptimizerMemory(string path, int epoch, IReadOnlyList<StateEntry> entries) =>
        (_path, _epoch, _entries) = (path, epoch, entries);

    /// <summary>Reads the memory from the file of a <see cref="Checkpoint"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The path is empty, or the optimizer of the file has no memory.</exception>
    /// <exception cref="IOException">The file does not exist, or cannot be read.</exception>
    /// <exception cref="FormatException">The file is damaged, of another version, or no checkpoint.</exception>
    public static OptimizerMemory FromCheckpoint(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        CheckpointContent content;
        try
        {
            content = CheckpointFile.Read(path);
        }
        catch (FormatException problem)
        {
            throw new FormatException(CheckpointFile.Unreadable(path, problem), problem);
        }
        StateEntry[] entries = [.. content.State.Where(entry => entry.Name.StartsWith($"{Part}/", StringComparison.Ordinal))];
        if (entries.Length == 0)
            throw new ArgumentException($"The optimizer of {nameof(Checkpoint)} '{path}' has no memory.", nameof(path));
        return new OptimizerMemory(path, content.Epoch, entries);
    }

    /// <summary>The file, and the epoch after which it was written.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"of '{_path}' after epoch {_epoch}");

    /// <summary>Fills the memory of an optimizer.</summary>
    /// <exception cref="ArgumentException">It is the memory of another optimizer, or for another number of parameters.</exception>
    internal void CopyTo(OptimizerState optimizer)
    {
        try
        {
            StateReader.Read(_entries, visitor => visitor.Part(Part, optimizer.Visit));
        }
        catch (FormatException problem)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.OptimizerMemory)} {this} is the memory of another optimizer or network. {problem.Message} Use "
                + "the optimizer and the layers of that training.", problem);
        }
    }
}
