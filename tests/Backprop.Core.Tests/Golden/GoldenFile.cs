using System.Text.Json;

namespace Backprop.Core.Tests.Golden;

/// <summary>The numbers that tests/golden/generate.py wrote; its README says with what.</summary>
internal static class GoldenFile
{
    // A misspelt or missing name must fail instead of becoming an empty list.
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static T Read<T>(string name) where T : class =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.json")), Strict)
        ?? throw new InvalidDataException($"{name}.json is empty.");
}
