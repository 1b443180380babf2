using System.Diagnostics;
using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Learners;

/// <summary>A learner of scikit-learn with its defaults, in a process of the system's Python.</summary>
internal sealed record SklearnLearner(string Key, string Name, string Family) : Learner(Key, Name, Family)
{
    private static readonly Lazy<string> _version = new(Version);

    /// <inheritdoc/>
    public override string Recipe(TaskKind task)
    {
        var isNetwork = Key.StartsWith("sklearn-mlp", StringComparison.Ordinal);
        var columns = isNetwork ? "median for missing, standardized, one-hot categories" : "categories as categories";
        if (isNetwork && task == TaskKind.Regression) columns += ", standardized target";
        var method = Key.Split('-')[2..];
        var calibration = method.Length == 0 ? "" : $"; CalibratedClassifierCV, {method[0]}, 5 stratified folds";
        return $"scikit-learn {_version.Value}, defaults, random_state=0; {columns}{calibration}";
    }

    /// <inheritdoc/>
    public override ProcessStartInfo Worker() => Python(Path.Combine(AppContext.BaseDirectory, "sklearn_worker.py"), Key);

    private static ProcessStartInfo Python(params string[] arguments) => new("/usr/bin/python3", arguments)
    {
        Environment = { ["PYTHONWARNINGS"] = "ignore" },
    };

    private static string Version()
    {
        var start = Python("-c", "import sklearn; print(sklearn.__version__)");
        start.RedirectStandardOutput = true;
        using var python = Process.Start(start)!;
        var version = python.StandardOutput.ReadToEnd().Trim();
        return version.Length > 0
            ? version
            : throw new InvalidOperationException("scikit-learn is not installed for /usr/bin/python3 (Debian: python3-sklearn).");
    }
}
