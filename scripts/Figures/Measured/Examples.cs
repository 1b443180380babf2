using System.Globalization;
using Backprop.Training;

namespace Backprop.Figures;

/// <summary>Rows of the example data, shuffled and split.</summary>
internal static class Examples
{
    /// <summary>A file of examples/, whose last column is the target.</summary>
    public static (float[] Features, int Width, float[] Targets) Read(string path)
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "examples", path)).Skip(1)
            .Select(line => line.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var width = rows[0].Length - 1;
        return ([.. rows.SelectMany(row => row[..width])], width, [.. rows.Select(row => row[width])]);
    }

    /// <summary>The rows in a random order: the first share for training, the others for validation.</summary>
    public static (ExampleSet Training, ExampleSet Validation) Split(string path, double trainingShare, int seed)
    {
        var (features, width, targets) = Read(path);
        var order = Enumerable.Range(0, targets.Length).ToArray();
        new Random(seed).Shuffle(order);
        var count = (int)(trainingShare * order.Length);
        return (Choose(order[..count]), Choose(order[count..]));

        ExampleSet Choose(int[] rows) =>
            new([.. rows.SelectMany(row => features[(row * width)..((row + 1) * width)])], width, [.. rows.Select(row => targets[row])]);
    }
}
