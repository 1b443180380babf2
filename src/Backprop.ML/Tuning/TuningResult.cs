using System.Globalization;
using System.Text;
using Backprop.Training;

// In the trainer's namespace, not in the folder's: users find it there.
namespace Backprop.ML;

/// <summary>The result of a <see cref="BackpropTuner"/>.</summary>
public sealed class TuningResult
{
    private readonly BackpropTrainer.Options _options;

    internal TuningResult(BackpropTransformer transformer, BackpropTrainer.Options options) =>
        (Transformer, _options) = (transformer, options);

    /// <summary>The trained model.</summary>
    public BackpropTransformer Transformer { get; }

    /// <summary>The trials, in the order in which they were trained. <see cref="SearchTrial.Copies"/> says which of them the model
    /// has.</summary>
    public IReadOnlyList<SearchTrial> Trials => Transformer.Model.Trials;

    /// <summary>The trial with the smallest loss of the rows that it held out.</summary>
    /// <exception cref="InvalidOperationException">There is no trial: every option that a search varies was set, or training ended before
    /// the first trial was compared.</exception>
    public SearchTrial BestTrial => Trials.MinBy(trial => trial.Loss) ?? throw new InvalidOperationException(
        "The search has no trial: every option that it varies was set, or training ended before the first trial was compared. Set fewer "
        + $"options, or allow more {nameof(BackpropTrainer.Options.MaximumTrainingTime)}.");

    /// <summary>Options that train one trial again, without a search. They have the seed of the search, so the same data leads to the
    /// same bits.</summary>
    /// <param name="trial">One of <see cref="Trials"/>.</param>
    public BackpropTrainer.Options OptionsOf(SearchTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        var options = _options.With(trial.Values);
        options.Search = null;
        options.Distributed = null; // it distributes a search
        options.Checkpoint = null; // its files belong to the search
        options.Seed ??= Transformer.Model.Summary?.Seed;
        options.NumberOfIterations = trial.NumberOfIterations;
        options.EpochsOfInterval = Trials[0].NumberOfIterations; // a short trial is validated as often as a long one
        return options;
    }

    /// <summary>CSV (RFC 4180): a line of names, then one line for every trial. Values have a decimal point and full precision.</summary>
    /// <returns>Trial, Epochs, Loss, Cost, Seconds, Copies, and every option that was varied. The cell of an option is empty where it has
    /// the value of the first trial.</returns>
    public string ToCsv()
    {
        var varied = Trials.SelectMany(trial => trial.Values.Keys).ToHashSet(StringComparer.Ordinal);
        string[] options = [.. OptionTable.All.Select(option => option.Name).Where(varied.Contains)];
        var text = new StringBuilder();
        Line(["Trial", "Epochs", "Loss", "Cost", "Seconds", "Copies", .. options]);
        foreach (var trial in Trials)
            Line(
                [
                    Text(trial.Number), Text(trial.NumberOfIterations), Text(trial.Loss), Text(trial.Cost),
                    Text(trial.Duration.TotalSeconds), Text(trial.Copies),
                    .. options.Select(name => trial.Values.TryGetValue(name, out var value) ? OptionTable.Of(name).Print(value) : ""),
                ]);
        return text.ToString();

        void Line(IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
        static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
    }

    /// <summary>A trial as one line of text: its loss, its cost, and its options.</summary>
    internal static string Describe(SearchTrial trial)
    {
        var options = trial.Values.Select(each => $"{each.Key} = {OptionTable.Of(each.Key).Print(each.Value)}");
        var values = trial.Values.Count == 0 ? "the values of the preset" : string.Join("; ", options);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Trial {trial.Number}, {trial.NumberOfIterations} epochs: loss {trial.Loss:G6}, best {trial.BestLoss:G6}, "
            + $"cost {trial.Cost:F2}; {values}");
    }

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
