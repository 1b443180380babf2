using System.Collections;
using System.Globalization;
using System.Reflection;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML.Presets;

/// <summary>Converts values of options to short texts. The default text of a record also contains properties that cannot be set.</summary>
internal static class PresetText
{
    private const int MaxItems = 64;

    /// <summary>The text of a value. Other types, such as Int32, use their default text.</summary>
    public static string Of(object? value) => value switch
    {
        null => "null",
        ParametricMix mix => $"ParametricMix({Of(mix.Inner)})",
        MomentOptimizer rule => Named(rule, nameof(rule.Beta1), nameof(rule.Beta2), nameof(rule.Epsilon)),
        PeriodicPhaseEmbedding embedding => Of(embedding),
        CosineLogarithmicSchedule schedule => Named(schedule, nameof(schedule.Cycles)),
        FlatCosineSchedule schedule => Named(schedule, nameof(schedule.FlatShare)),
        GlorotUniform { Biases: true } => "GlorotUniform(Biases)",
        Activation or Optimizer or Initializer or Schedule or Metric => Named(value),
        ParameterGroups groups => Of(groups),
        EarlyStopping stopping => Of(stopping),
        Search search => Of(search),
        string text => text,
        ICollection { Count: > MaxItems } many => Invariant($"{many.Count} values"), // such as initial parameters
        IEnumerable all => string.Join(", ", all.Cast<object?>().Select(Of)),
        LossTolerance tolerance => Invariant($"{tolerance.MinimumImprovement} in {tolerance.Patience} epochs"),
        _ => InvariantText.Of(value),
    };

    // The name of the type, and the properties that are always told or differ from those of a new object. A class of the user may have
    // properties that cannot be read.
    private static string Named(object value, params string[] always)
    {
        try
        {
            return WithProperties(value, always);
        }
        catch (TargetInvocationException)
        {
            return value.GetType().Name;
        }
    }

    private static string WithProperties(object value, string[] always)
    {
        var type = value.GetType();
        var standard = type.GetConstructor(Type.EmptyTypes)?.Invoke([]);
        var texts = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property is { GetMethod.IsPublic: true, SetMethod.IsPublic: true } && property.GetIndexParameters() is [])
            .Where(IsTold)
            .Select(property => $"{property.Name} {Of(property.GetValue(value))}").ToArray();
        return texts.Length == 0 ? type.Name : $"{type.Name}({string.Join(", ", texts)})";

        bool IsTold(PropertyInfo property) => always.Contains(property.Name) || standard is null
            || Of(property.GetValue(value)) != Of(property.GetValue(standard));
    }

    // The factors of the learning rate and of regularization, for each group with a factor other than 1.
    private static string Of(ParameterGroups groups)
    {
        (string Name, ParameterGroup Group)[] all =
        [
            (nameof(groups.Weights), groups.Weights), (nameof(groups.Biases), groups.Biases), (nameof(groups.Scales), groups.Scales),
            (nameof(groups.Embeddings), groups.Embeddings), (nameof(groups.NumericEmbeddings), groups.NumericEmbeddings),
            (nameof(groups.Activations), groups.Activations),
        ];
        var others = all.Where(each => each.Group != new ParameterGroup(1, 1));
        return string.Join(", ", others.Select(each => Invariant($"{each.Name} {each.Group.LearningRate}/{each.Group.Regularization}")));
    }

    private static string Of(PeriodicPhaseEmbedding embedding)
    {
        var deviations = embedding.HighestStandardDeviation is { } highest
            ? Invariant($"{embedding.StandardDeviation} to {highest}, AmplitudeDecay {embedding.AmplitudeDecay}")
            : Invariant($"{embedding.StandardDeviation}");
        var size = Invariant($"Dimension {embedding.Dimension}, Frequencies {embedding.Frequencies}");
        return $"PeriodicPhaseEmbedding({size}, StandardDeviation {deviations})";
    }

    private static string Of(EarlyStopping stopping)
    {
        var metric = stopping.Metric is null ? "loss" : Of(stopping.Metric);
        var kept = stopping.KeepLastBest ? "last" : "first";
        string?[] ends =
        [
            stopping.Patience < EarlyStopping.Unlimited ? Invariant($"patience {stopping.Patience}") : null,
            stopping.MinimumGainOfCycle is { } gain ? Invariant($"until a cycle gains less than {gain}") : null,
            stopping.MaximumGeneralizationLoss is { } gap ? Invariant($"at a generalization loss above {gap}") : null,
        ];
        var end = ends.Any(each => each is not null) ? string.Join(", or ", ends.OfType<string>()) : "never before the end";
        var improvement = stopping.MinimumImprovement > 0 ? Invariant($", better by more than {stopping.MinimumImprovement}") : "";
        var interval = stopping.Interval > 1 ? Invariant($", every {stopping.Interval} epochs") : "";
        var target = stopping.Target is { } value ? Invariant($", or after {stopping.TargetPatience} checks at {value}") : "";
        var refit = stopping.RefitOnAllRows ? ", then a refit on all rows" : "";
        return $"by {metric}, {kept} best{improvement}, {end}{interval}{target}{refit}";
    }

    private static string Of(Search search)
    {
        var trials = search.MaximumTrials is { } count ? Invariant($"{count} trials") : null;
        var cost = search.MaximumCost ?? (search.MaximumTrials is null ? Search.DefaultCost : null);
        var limits = new[] { trials, cost is null ? null : Invariant($"{cost} times the cost") }.OfType<string>();
        var dimensions = search.Space?.Dimensions.Select(dimension => $"; {dimension.Option}: {dimension.Values}") ?? [];
        return $"{string.Join(", ", limits)}{(search.Blends ? "" : ", no blend")}{string.Concat(dimensions)}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
