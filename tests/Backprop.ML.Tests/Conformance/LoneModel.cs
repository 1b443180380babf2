using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>
/// Model parameters that ML.NET saves without a transformer around them, as its transformers over models do. It has no
/// public way to do that.
/// </summary>
internal static class LoneModel
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private const string Folder = "Predictor";

    private static readonly Assembly _core = typeof(ModelSaveContext).Assembly;

    /// <summary>The entries of a file that holds nothing else.</summary>
    public sealed record Saved(byte[] Key, byte[] Network);

    public static Saved Save(BackpropModelParameters model)
    {
        using var stream = new MemoryStream();
        var writers = _core.GetType("Microsoft.ML.RepositoryWriter", throwOnError: true)!;
        var writer = writers.GetMethod("CreateNew", Static)!.Invoke(null, [stream, null, false])!;
        var save = typeof(ModelSaveContext).GetMethods(Static).Single(method => method.Name == "SaveModel");
        save.MakeGenericMethod(typeof(BackpropModelParameters)).Invoke(null, [writer, model, Folder]);
        writers.GetMethod("Commit")!.Invoke(writer, null);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        return new Saved(Entry("Model.key"), Entry("Network"));

        byte[] Entry(string name)
        {
            using var content = zip.GetEntry($"{Folder}/{name}")!.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        }
    }

    public static BackpropModelParameters Load(MLContext ml, Saved file)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            (string, byte[])[] entries = [("Model.key", file.Key), ("Network", file.Network)];
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry($"{Folder}/{name}").Open();
                entry.Write(content);
            }
        }
        stream.Position = 0;
        var readers = _core.GetType("Microsoft.ML.RepositoryReader", throwOnError: true)!;
        var reader = readers.GetMethod("Open", Static)!.Invoke(null, [stream, null, false])!;
        var contexts = _core.GetType("Microsoft.ML.ModelLoadContext", throwOnError: true)!;
        var signature = _core.GetType("Microsoft.ML.SignatureLoadModel", throwOnError: true)!;
        var load = contexts.GetMethods(Static).Single(method => method.Name == "LoadModel"
            && method.GetParameters() is [_, _, { ParameterType.Name: "RepositoryReader" }, { ParameterType.Name: "String" }, _]);
        object?[] arguments = [ml, null, reader, Folder, Array.Empty<object>()];
        load.MakeGenericMethod(typeof(BackpropModelParameters), signature).Invoke(null, arguments);
        return (BackpropModelParameters)arguments[1]!;
    }
}
