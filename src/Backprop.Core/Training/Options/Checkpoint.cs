using System.Globalization;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Saves the state of a training to a file. If the process ends before the training, a training with the same options and data
/// continues from the file, with the same bits as without interruption.</summary>
/// <remarks>
/// The file is written after whole epochs: to a temporary file in the same folder, which is flushed to the disk and then renamed. So the
/// file is always complete, whenever the process ends. It has a checksum, and facts about options, network and data. A training whose facts
/// differ is refused, and the message names the differences. If the file cannot be written, a warning says so, and training continues.
/// While a training uses a file, no other training can use it.
/// </remarks>
public sealed record Checkpoint
{
    /// <summary>Saves to this file.</summary>
    /// <param name="path">The file. Its folder must exist. Use another file for each training.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public Checkpoint(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How often the file is written: after a number of epochs, or after the first epoch that ends this much later.</summary>
    /// <value>30 seconds. An integer counts epochs, a <see cref="TimeSpan"/> is a time.</value>
    public CheckpointInterval Every
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = CheckpointInterval.OfTime(TimeSpan.FromSeconds(30));

    /// <summary>How many files are kept: the newest, and earlier ones as <c>path.1</c>, <c>path.2</c>, …. If the newest is damaged,
    /// training continues from the next one.</summary>
    /// <value>1; at least 1.</value>
    public int Keep { get; init => field = ValueRange.AtLeastOne.Checked(value); } = 1;

    /// <summary>Whether training starts from the beginning, and replaces an existing file.</summary>
    /// <value>False: training continues from the file, if it exists.</value>
    public bool Restart { get; init; }

    /// <summary>Facts about the data that only the caller knows, such as names of columns.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>The same for a second training over all rows.</summary>
    internal Checkpoint ForRefit() => Named("refit");

    /// <summary>The same for a trial of a search.</summary>
    internal Checkpoint ForTrial(string name) => Named(name);

    /// <summary>The files, from the newest to the oldest.</summary>
    internal IEnumerable<string> Files => Enumerable.Range(0, Keep).Select(FileOf);

    /// <summary>The file of an age: 0 for the newest.</summary>
    internal string FileOf(int age) => age == 0 ? Path : string.Create(CultureInfo.InvariantCulture, $"{Path}.{age}");

    private Checkpoint Named(string name) => new($"{Path}.{name}") { Every = Every, Keep = Keep, Restart = Restart, Facts = Facts };
}

/// <summary>How often something happens: after a number of epochs, or after a time.</summary>
public sealed record CheckpointInterval
{
    private CheckpointInterval()
    {
    }

    /// <summary>The number of epochs; null for a time.</summary>
    public int? Epochs { get; private init; }

    /// <summary>The time; null for a number of epochs.</summary>
    public TimeSpan? Time { get; private init; }

    /// <summary>After this many epochs.</summary>
    /// <param name="epochs">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public static CheckpointInterval OfEpochs(int epochs) => new() { Epochs = ValueRange.AtLeastOne.Checked(epochs, nameof(epochs)) };

    /// <summary>After the first epoch that ends this much later.</summary>
    /// <param name="time">Above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public static CheckpointInterval OfTime(TimeSpan time) => new() { Time = ValueRange.PositiveTime.Checked(time, nameof(time)) };

    /// <summary>After this many epochs.</summary>
    public static implicit operator CheckpointInterval(int epochs) => OfEpochs(epochs);

    /// <summary>After the first epoch that ends this much later.</summary>
    public static implicit operator CheckpointInterval(TimeSpan time) => OfTime(time);

    /// <summary>The number of epochs, or the time.</summary>
    public override string ToString() => Epochs is { } epochs ? $"{epochs} epochs" : $"{Time}";

    /// <summary>Whether the interval is over.</summary>
    /// <param name="epochs">Epochs since it began.</param>
    /// <param name="time">Time since it began.</param>
    internal bool IsOver(int epochs, TimeSpan time) => Epochs is { } count ? epochs >= count : time >= Time;
}
