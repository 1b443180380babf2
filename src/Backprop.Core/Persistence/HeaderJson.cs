using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Backprop.Activations;
using Backprop.Layers;

namespace Backprop.Persistence;

/// <summary>How choices (activations, layers, losses) become JSON and come back: <c>{"type": "Momentum", "coefficient": 0.9}</c>.</summary>
/// <remarks>
/// The names come from the lists (<see cref="Activation.All"/>, …), so a new entry is saved without a change here. A file can name
/// nothing outside these lists except a custom loss (<see cref="LossJson"/>).
/// </remarks>
internal static class HeaderJson
{
    public static JsonSerializerOptions Options { get; } = MakeOptions();

    /// <exception cref="JsonException">The text is no header.</exception>
    public static Header Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Header>(json, Options) ?? throw new JsonException("The header is null.");

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            Converters = { new LossJson() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameChoices, DropDerivedProperties } },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void NameChoices(JsonTypeInfo type)
    {
        IEnumerable<Type>? kinds =
            type.Type == typeof(Activation) ? Activation.All.Select(a => a.GetType()) :
            type.Type == typeof(Layer) ? Layer.Kinds :
            null;
        if (kinds is null) return;

        type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "type" };
        foreach (var kind in kinds) type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(kind, kind.Name));
    }

    // A property that neither a constructor nor an initializer sets is computed from other properties (a layer's ParameterCount).
    private static void DropDerivedProperties(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
            if (type.Properties[i].Set is null && type.Properties[i].AssociatedParameter is null) type.Properties.RemoveAt(i);
    }
}
