using System.Globalization;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Starts tests/ModelLoader, a program that knows ML.NET only: the model file itself must lead to us.</summary>
public sealed class FreshProcessTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_program_that_registers_nothing_loads_the_model_and_scores_with_the_same_bits(string label)
    {
        var data = _ml.Data.LoadFromEnumerable(Synthetic.Examples(50));
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, Synthetic.Brief(label))).Fit(data);
        string modelFile = Path.Combine(_folder, "model.zip"), rowsFile = Path.Combine(_folder, "rows.idv");
        _ml.Model.Save(model, data.Schema, modelFile);
        using (var stream = File.Create(rowsFile)) _ml.Data.SaveAsBinary(data, stream);

        var printed = RunModelLoader(modelFile, rowsFile).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            model.Transform(data).ScoreBits(),
            printed.Select(bits => int.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void That_program_names_nothing_of_ours()
    {
        using var file = File.OpenRead(TestProgram.PathOf("ModelLoader"));
        using var assembly = new System.Reflection.PortableExecutable.PEReader(file);
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(assembly);
        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .ToArray();

        Assert.Contains("Microsoft.ML.Data", references);
        Assert.DoesNotContain(references, name => name.StartsWith("Backprop", StringComparison.Ordinal));
    }

    private static string RunModelLoader(params string[] arguments)
    {
        var (exitCode, output, errors) = TestProgram.Run("ModelLoader", arguments);
        Assert.True(exitCode == 0, errors);
        return output;
    }
}
