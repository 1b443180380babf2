using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Runtime;

// In the trainer's namespace, not in the folder's: users find it there.
namespace Backprop.ML;

/// <summary>Searches for better values of options, for as long as you allow, and blends the best networks into one model.</summary>
/// <remarks>
/// <para>It trains like <see cref="BackpropTrainer"/> with <see cref="BackpropTrainer.Options.Search"/>, and also returns what the search
/// found: all trials, and the options of the best. <see cref="Backprop.Presets.Search"/> describes the search.</para>
/// <para>Options that you set are not varied. All rows must be in memory, and some must be held out, by
/// <see cref="BackpropTrainer.Options.KFoldBagging"/> or for validation; <see cref="Preset.Default"/> does so.</para>
/// </remarks>
public sealed class BackpropTuner
{
    private readonly MLContext _context;
    private readonly BackpropTrainer.Options _options;

    /// <summary>Creates a tuner.</summary>
    /// <param name="mlContext">The context to train in.</param>
    /// <param name="options">The options of the first trial; copied. <see cref="BackpropTrainer.Options.MaximumTrainingTime"/> limits the
    /// whole search, and <see cref="BackpropTrainer.Options.Checkpoint"/> lets it continue after an interruption.</param>
    /// <param name="search">The limits of the search; null for <see cref="BackpropTrainer.Options.Search"/>, and if that is null, too, for
    /// six times the cost of the first trial.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public BackpropTuner(MLContext mlContext, BackpropTrainer.Options options, Search? search = null)
    {
        ((IHostEnvironment)mlContext).CheckValue(options, nameof(options));
        _context = mlContext;
        _options = options.Copy();
        _options.Search = search ?? options.Search ?? new Search();
        _ = new BackpropTrainer(mlContext, _options); // checks the options
    }

    /// <summary>Runs the search.</summary>
    /// <param name="trainData">The training data.</param>
    /// <param name="validationData">The data to compare trials by; null for rows that are held out.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or no rows are held out.</exception>
    /// <exception cref="InvalidOperationException">No valid row is left, the loss does not allow a label, or the first trial
    /// diverged.</exception>
    public TuningResult Fit(IDataView trainData, IDataView? validationData = null) =>
        new(new BackpropTrainer(_context, _options).Fit(trainData, validationData), _options);
}
