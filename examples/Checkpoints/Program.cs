// What if the process ends before the training? This program trains in a second process, kills it, and continues from its checkpoint.
using System.Diagnostics;
using System.Globalization;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["train", var path])
{
    Train(new Checkpoint(path) { Every = 1 }, isLogged: false); // 1 epoch
    return;
}

var folder = Directory.CreateTempSubdirectory("backprop-checkpoints-");
try
{
    var file = Path.Combine(folder.FullName, "training.checkpoint");
    using (var process = StartTraining(file))
    {
        while (!File.Exists(file) && !process.HasExited) Thread.Sleep(10);
        process.Kill();
        process.WaitForExit();
    }
    Console.WriteLine($"killed, after the first checkpoint of {new FileInfo(file).Length:N0} bytes");

    var continued = Train(new Checkpoint(file) { Every = 1 }, isLogged: true);
    var uninterrupted = Train(checkpoint: null, isLogged: false);
    Console.WriteLine($"the same parameters as without interruption: {continued.SequenceEqual(uninterrupted)}");
}
finally
{
    folder.Delete(recursive: true);
}

static float[] Train(Checkpoint? checkpoint, bool isLogged)
{
    var ml = new MLContext(seed: 1);
    if (isLogged)
        ml.Log += (_, line) =>
        {
            if (line.RawMessage.StartsWith("Resumed", StringComparison.Ordinal))
                Console.WriteLine(line.RawMessage[..line.RawMessage.IndexOf(',')]);
        };
    var data = ml.Data.LoadFromEnumerable(Measurements());
    var options = new BackpropTrainer.Options { Preset = Preset.Plain, NumberOfIterations = 200, Seed = 1, Checkpoint = checkpoint };
    return ml.Regression.Trainers.Backprop(options).Fit(data).Model.Network.Parameters.ToArray();
}

static Process StartTraining(string file)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!, ["train", file]);
    if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        start.ArgumentList.Insert(0, Path.Combine(AppContext.BaseDirectory, "Checkpoints.dll"));
    return Process.Start(start)!;
}

static IEnumerable<Measurement> Measurements()
{
    var random = new Random(1);
    for (var i = 0; i < 5_000; i++)
    {
        float[] features = [random.NextSingle(), random.NextSingle(), random.NextSingle()];
        yield return new Measurement { Features = features, Label = MathF.Sin(5 * features[0]) + features[1] * features[2] };
    }
}

internal sealed class Measurement
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];

    public float Label { get; set; }
}
