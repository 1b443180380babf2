using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>What a checkpoint and the training that continues from it must have in common: options, network and data, by name.</summary>
internal static class TrainingFacts
{
    private const int RowsToHash = 1024;

    // Options that change how long a training takes or what it reports, but no bit of an epoch that ended.
    private static readonly HashSet<string> _withoutEffect =
    [
        nameof(TrainingOptions.Checkpoint), nameof(TrainingOptions.NumberOfThreads), nameof(TrainingOptions.CancellationToken),
        nameof(TrainingOptions.ThrowOnCancellation), nameof(TrainingOptions.Diagnostics), nameof(TrainingOptions.MaximumTrainingTime),
    ];

    private static readonly IReadOnlyList<PropertyInfo> _options =
        [.. typeof(TrainingOptions).GetProperties().Where(property => !_withoutEffect.Contains(property.Name))];

    /// <summary>The facts of a training.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(
        TrainingOptions options, TrainingSetup setup, RunRequest request, RunData data) =>
        InvariantText.Write<IReadOnlyList<KeyValuePair<string, string>>>(() =>
        [
            .. _options.Select(option => Fact(option.Name, Text(option.GetValue(options)))),
            .. OfNetwork(request), .. OfData(setup, request, data), .. options.Checkpoint?.Facts ?? [],
        ]);

    /// <summary>The facts that differ, as text; empty if none does.</summary>
    public static string Differences(
        IReadOnlyList<KeyValuePair<string, string>> earlier, IReadOnlyList<KeyValuePair<string, string>> now)
    {
        var before = new Dictionary<string, string>();
        foreach (var fact in earlier) before[fact.Key] = fact.Value;
        List<string> differences = [];
        foreach (var fact in now)
        {
            var text = before.Remove(fact.Key, out var value) ? value : "nothing";
            if (text != fact.Value) differences.Add($"{fact.Key} was {text} and is {fact.Value}");
        }
        differences.AddRange(before.Select(fact => $"{fact.Key} was {fact.Value} and is nothing"));
        return string.Join("; ", differences);
    }

    private static IEnumerable<KeyValuePair<string, string>> OfNetwork(RunRequest request)
    {
        yield return Fact("network", request.Network.ToString());
        for (var l = 0; l < request.Network.Layers.Count; l++) yield return Fact($"layer {l}", Text(request.Network.Layers[l]));
        yield return Fact("earlier network", request.Initial is { } initial ? Hash(MemoryMarshal.AsBytes(initial.Parameters)) : "none");
    }

    private static IEnumerable<KeyValuePair<string, string>> OfData(TrainingSetup setup, RunRequest request, RunData data)
    {
        var (training, validation) = (data.Training, data.Validation);
        yield return Fact("number of training rows", Text(training.Count));
        if (training is StreamData { Partitions: { } partitions })
            yield return Fact("number of training rows in each part", Text(partitions.ExamplesOfParts));
        yield return Fact("number of features", Text(training.Examples.FeatureCount));
        yield return Fact("number of validation rows", Text(validation?.Count ?? 0));
        yield return Fact("training rows", HashOf(setup, training.Examples, request.Stop.Work));
        yield return Fact("validation rows", validation is null ? "none" : HashOf(setup, validation, request.Stop.Work));
        yield return Fact("groups of training rows", Groups(training.Examples));
        yield return Fact("groups of validation rows", validation is null ? "none" : Groups(validation));
    }

    /// <summary>A short text about the values of some rows, and about all weights.</summary>
    public static string HashOf(TrainingSetup setup, ExampleSet examples, WorkMeter work)
    {
        var (x, y, _) = setup.Sample(examples, null, null, RowsToHash, work);
        var weights = examples.Weights.IsEmpty ? "no weights" : Hash(MemoryMarshal.AsBytes(examples.Weights));
        return $"{Hash(MemoryMarshal.AsBytes<Real>(x))}, {Hash(MemoryMarshal.AsBytes<Real>(y))}, {weights}";
    }

    private static string Groups(ExampleSet examples) =>
        examples.Groups.IsEmpty ? "none" : Hash(MemoryMarshal.AsBytes<int>(examples.GroupStarts()));

    private static KeyValuePair<string, string> Fact(string name, string text) => KeyValuePair.Create(name, text);

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        ReadOnlyMemory<Real> numbers => Hash(MemoryMarshal.AsBytes(numbers.Span)),
        IEnumerable<Real> numbers => Hash(MemoryMarshal.AsBytes<Real>(numbers.ToArray())),
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
        _ => value.ToString() ?? "",
    };

    /// <summary>A short text that differs if the bytes do.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
