using System.Globalization;
using Backprop.Benchmarks.Harness;
using Backprop.Losses;
using Backprop.Training;

namespace Backprop.Benchmarks.Peers;

/// <summary>The same recipe, trained by the system's PyTorch in a process of its own.</summary>
internal sealed class TorchRecipe : PythonPeer
{
    private TorchRecipe(Recipe recipe, ExampleSet training, ExampleSet validation, int epochs, int threads)
    {
        Start(
            "torch_recipe.py", threads,
            Write("train.x", training.Features.Values), Write("train.y", training.Targets.Values),
            Write("valid.x", validation.Features.Values), Write("valid.y", validation.Targets.Values),
            $"{Recipe.Numbers}", string.Join(',', Recipe.Few), string.Join(',', Recipe.Many),
            recipe.Loss.TargetKind == TargetKind.Real ? "number" : "classes", recipe.LearningRate.ToString(CultureInfo.InvariantCulture),
            $"{epochs}", $"{Recipe.Batch}", $"{recipe.Units}", $"{threads}");
        ParameterCount = int.Parse(ReadLine(), CultureInfo.InvariantCulture);
    }

    /// <summary>Parameters of its network.</summary>
    public int ParameterCount { get; }

    /// <summary>The validation metric of the last training: accuracy, or minus the mean squared error.</summary>
    public double Metric { get; private set; }

    /// <summary>Starts it; null where Python, PyTorch or OpenBLAS is not installed. Without OpenBLAS, Debian's PyTorch multiplies with the
    /// reference library, which is many times slower.</summary>
    public static TorchRecipe? Start(Recipe recipe, ExampleSet training, ExampleSet validation, int epochs, int threads) =>
        OpenBlas.IsAvailable && Has("torch") ? new TorchRecipe(recipe, training, validation, epochs, threads) : null;

    /// <summary>Trains once.</summary>
    /// <returns>Seconds, by its own clock.</returns>
    public double Train()
    {
        var values = Ask().Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray();
        Metric = values[1];
        return values[0];
    }
}
