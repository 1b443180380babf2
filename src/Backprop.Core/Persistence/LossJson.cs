using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Backprop.Losses;

namespace Backprop.Persistence;

/// <summary>
/// A loss as JSON: <c>{"type": "HuberLoss", "delta": 1}</c>, or a custom loss with its full name: <c>{"type": "Shop.Profit, Shop", …}</c>.
/// </summary>
internal sealed class LossJson : JsonConverter<Loss>
{
    private const string TypeMember = "type";

    private static readonly Dictionary<string, Type> _listed =
        Loss.All.Select(loss => loss.GetType()).Append(typeof(LossPerTarget)).ToDictionary(type => type.Name);

    /// <exception cref="JsonException">The JSON is no loss.</exception>
    /// <exception cref="FormatException">The type of the loss is missing, or its constructor or a setter threw.</exception>
    public override Loss Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var members = JsonSerializer.Deserialize<JsonObject>(ref reader, options) ?? throw new JsonException("The loss is null.");
        if (!members.Remove(TypeMember, out var name) || name?.GetValueKind() != JsonValueKind.String)
            throw new JsonException("The loss has no type.");
        var type = TypeOf(name.GetValue<string>());
        try
        {
            return (Loss)members.Deserialize(type, options)!;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // The constructor or a setter of a custom loss may throw any exception.
            var cause = problem.GetBaseException();
            var saved = members.ToJsonString();
            throw new FormatException(
                $"The saved network contradicts itself: its loss '{name}' cannot be made with the saved options {saved}. " +
                $"{cause.GetType().Name}: {cause.Message}");
        }
    }

    /// <exception cref="NotSupportedException">A file cannot name the type of the loss.</exception>
    public override void Write(Utf8JsonWriter writer, Loss value, JsonSerializerOptions options)
    {
        var type = value.GetType();
        writer.WriteStartObject();
        writer.WriteString(TypeMember, _listed.ContainsValue(type) ? type.Name : OwnType.NameOf(type));
        foreach (var member in JsonSerializer.SerializeToElement(value, type, options).EnumerateObject()) member.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static Type TypeOf(string name)
    {
        if (_listed.TryGetValue(name, out var type)) return type;
        if (!OwnType.IsName(name)) throw new JsonException($"There is no loss '{name}'.");
        return OwnType.Find(name, typeof(Loss)) ?? throw new FormatException(
            $"The network was trained with the custom loss '{name}' (type, assembly), but this type was not found. Reference or load the " +
                $"assembly that defines it before you load the model. The type must derive from {typeof(Loss).FullName}, and its name " +
                    $"must not change.");
    }
}
