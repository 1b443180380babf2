using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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

        Assert.Equal(model.Transform(data).ScoreBits(), printed.Select(bits => int.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void That_program_names_nothing_of_ours()
    {
        using var file = File.OpenRead(ModelLoader);
        using var assembly = new System.Reflection.PortableExecutable.PEReader(file);
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(assembly);
        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToArray();

        Assert.Contains("Microsoft.ML.Data", references);
        Assert.DoesNotContain(references, name => name.StartsWith("Backprop", StringComparison.Ordinal));
    }

    // The build puts every project's output into a folder of the project's name, with the configuration below it.
    private static string ModelLoader
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(output.Parent!.Parent!.FullName, "ModelLoader", output.Name, "ModelLoader.dll");
        }
    }

    private static string RunModelLoader(params string[] arguments)
    {
        // The very runtime that runs this test, wherever it is installed.
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(dotnet, [ModelLoader, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
