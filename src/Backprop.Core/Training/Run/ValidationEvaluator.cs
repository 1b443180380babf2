using System.Numerics.Tensors;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Training;

/// <summary>Scores the validation data for metrics, temperature and threshold. An example with a fold is scored by the member that was not
/// trained on it.</summary>
internal sealed class ValidationEvaluator(ExampleSet validation)
{
    // More rows hardly make matrix products faster. For wide layers, the outputs of more rows would need as much memory as a large part of
    // the data.
    private const int MaxRowsAtOnce = 256, MinRowsAtOnce = 64, WidestRows = 1 << 18;

    // So many rows show how much members differ, and take a small part of the grace period of a training that must end.
    private const int MaxRowsOfSpread = 1024;

    // A link function: one or two exponentials.
    private const long WorkOfScore = 16;

    private Real[] _scores = [], _predictions = [], _kept = [], _features = [];
    private int? _keptEpoch;
    private bool _areFinished, _areKeptFinished; // whether scores have the units of the target
    private SparseBatch? _sparse;
    private double _temperatureRatio = 1;

    /// <summary>Number of validation rows.</summary>
    public int Count => validation.Count;

    /// <summary>Stores scores that were computed for the loss, because scoring the rows twice would be expensive.</summary>
    /// <param name="batches">The batches of the validation data.</param>
    /// <param name="index">Index of the batch.</param>
    /// <param name="scores">[examples × outputs], in units of the targets as they were trained on.</param>
    public void Add(Minibatches batches, int index, ReadOnlyMatrix scores)
    {
        Allocate(scores.Columns);
        _areFinished = false;
        var rows = batches.RowsOf(index);
        for (var i = 0; i < rows.Length; i++)
            if (batches.Counts(index, i)) scores.Row(i).CopyTo(_scores.AsSpan(rows[i] * scores.Columns));
    }

    /// <summary>Keeps the stored scores, because they are those of the best parameters so far.</summary>
    /// <param name="epoch">The epoch whose parameters they were computed with.</param>
    public void Keep(int epoch)
    {
        if (_kept.Length == 0) _kept = new Real[_scores.Length];
        _scores.CopyTo(_kept, 0);
        (_keptEpoch, _areKeptFinished) = (epoch, _areFinished);
    }

    /// <summary>A metric of the network that computed all current scores.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="trained">Determines how scores are scaled and limited; its parameters are not used.</param>
    /// <param name="work">Counts the work; null where work is not counted.</param>
    public double Measure(Metric metric, TrainedNetwork trained, WorkMeter? work = null)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        Matrix scores = new(_scores, rows, outputs), predictions = new(_predictions, rows, outputs);
        trained.Finish(scores);
        _areFinished = true;
        Predict(trained, work);
        ReadOnlyMatrix targets = validation.Targets;
        var weights = validation.Weights;
        if (MetricNeeds.IsMeanOverTargets(metric, trained.Loss, targets))
        {
            var factors = trained.Targets is { } scale ? scale.Factors : [];
            return TargetMeans.OfDefined(metric, scores, predictions, targets, weights, factors, work);
        }
        return metric is GroupMetric ofGroups
            ? ofGroups.MeasureGroups(scores, predictions, targets, weights, validation.Groups, work)
            : metric.Measure(scores, predictions, targets, weights, work);
    }

    /// <summary>The scores of all validation rows by a network without temperature, for <see cref="Temperature"/> and
    /// <see cref="Thresholds"/>.</summary>
    /// <param name="trained">The network that scores.</param>
    /// <param name="epoch">The epoch of its parameters. If training must end and the scores of this epoch were kept, these are
    /// used.</param>
    /// <param name="stop">Ends the work, and counts it.</param>
    public void Score(TrainedNetwork trained, int epoch, StopCondition stop)
    {
        if (!Score(trained, stop, () => _keptEpoch == epoch && stop.MustEnd)) return;
        _kept.CopyTo(_scores, 0);
        if (!_areKeptFinished) trained.Finish(new Matrix(_scores, validation.Count, trained.Network.Outputs));
    }

    /// <summary>The same without kept scores.</summary>
    public void Score(TrainedNetwork trained, StopCondition stop) => Score(trained, stop, () => false);

    // Returns whether the work was ended before it was done.
    private bool Score(
        TrainedNetwork trained, StopCondition stop, Func<bool> mustEnd, Action<RowScorer>? observe = null, bool keepsMembers = false)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        Allocate(outputs);
        var atOnce = RowsAtOnce(trained, rows);
        var scorer = new RowScorer(trained, atOnce, keepsMembers);
        var workOfRow = trained.Network.Layers.Sum(layer => layer.WorkOfRow);
        for (var first = 0; first < rows; first += atOnce)
        {
            if (mustEnd()) return true;
            var count = Math.Min(atOnce, rows - first);
            Score(scorer, trained, first, count).Values.CopyTo(_scores.AsSpan(first * outputs));
            observe?.Invoke(scorer);
            stop.Work.Add(count * workOfRow);
        }
        return false;
    }

    private static int RowsAtOnce(TrainedNetwork trained, int rows)
    {
        var widest = trained.Network.Layers.Max(layer => layer.Outputs);
        return Math.Min(rows, Math.Clamp(WidestRows / widest, MinRowsAtOnce, MaxRowsAtOnce));
    }

    /// <summary>The scores of all validation rows, row after row.</summary>
    public ReadOnlySpan<Real> Scores => _scores;

    /// <summary>The parameters of an autoencoder, with the weights of its features by the residuals of the validation rows.</summary>
    /// <param name="trained">The autoencoder.</param>
    /// <param name="stop">Ends the work, and counts it.</param>
    public Real[] WeighErrors(TrainedNetwork trained, StopCondition stop)
    {
        var last = trained.Network.Layers[^1];
        var sums = new double[last.Inputs];
        var counts = new int[last.Inputs];
        Score(trained, stop, () => false, AddSquares);
        Real[] parameters = [.. trained.Parameters];
        ((IWeighsErrors)last).SetWeights(parameters.AsSpan(trained.Network.ParametersOf(trained.Network.Layers.Count - 1)), sums, counts);
        return parameters;

        void AddSquares(RowScorer scorer)
        {
            var residuals = scorer.InputsOfLastLayer;
            for (var row = 0; row < residuals.Rows; row++)
                for (var j = 0; j < sums.Length; j++)
                {
                    double residual = residuals.Row(row)[j];
                    if (residual == 0) continue; // a missing feature
                    sums[j] += residual * residual;
                    counts[j]++;
                }
        }
    }

    /// <summary>The best temperature of the network, which is the average of its members. Divides the scores by it.</summary>
    /// <param name="trained">The network that computed the scores.</param>
    /// <param name="loss">The loss of the training.</param>
    /// <param name="weights">The weights of the rows; they may include factors of classes.</param>
    /// <param name="stop">Ends the work, and counts it.</param>
    public double Temperature(TrainedNetwork trained, Loss loss, ReadOnlySpan<Real> weights, StopCondition stop)
    {
        var scores = new Matrix(_scores, validation.Count, trained.Network.Outputs);
        var ofScores = TemperatureChoice.Best(loss, scores, validation.Targets, weights, stop.Work);
        var temperature = Math.Max(TrainedNetwork.MinTemperature, ofScores * FactorOfAverage(trained, stop));
        _temperatureRatio = temperature / ofScores;
        if (temperature != 1) TensorPrimitives.Multiply(_scores, (Real)(1 / temperature), _scores);
        return temperature;
    }

    // Rows from all parts of the data: they may be sorted by their label. If there is no time, the average counts as a single member.
    private double FactorOfAverage(TrainedNetwork trained, StopCondition stop)
    {
        if (validation.Folds.IsEmpty) return 1;
        var total = Math.Min(validation.Count, MaxRowsOfSpread);
        int[] rows = [.. ExampleSet.SpreadRows(validation.Count, total)];
        int[] heldOutBy = [.. rows.Select(row => validation.Folds[row])];
        var sample = validation.Select(rows);
        var atOnce = RowsAtOnce(trained, total);
        var spread = new MemberSpread(
            trained.Network.EnsembleSize, trained.Network.Outputs, areOneOfAll: trained.Loss.TargetKind == TargetKind.Class, atOnce);
        var first = 0;
        try
        {
            new ValidationEvaluator(sample).Score(trained, stop, () => false, Add, keepsMembers: true);
            return spread.Factor;
        }
        catch (WorkGivenUpException)
        {
            return 1;
        }

        void Add(RowScorer scorer)
        {
            var count = Math.Min(atOnce, total - first);
            scorer.CopyMembers(spread.ScoresOf(count));
            spread.Add(heldOutBy.AsSpan(first, count), sample.Weights.IsEmpty ? [] : sample.Weights.Slice(first, count));
            first += count;
        }
    }

    /// <summary>A copy of the current scores, divided by the temperature that suits them: of an ensemble, that of single members.</summary>
    /// <param name="outputs">Scores per row.</param>
    /// <param name="weights">The weights of the rows, including the factors of their classes.</param>
    /// <param name="loss">The loss of the training, including the factors of several labels.</param>
    public HeldOutScores CopyScores(int outputs, ReadOnlySpan<Real> weights, Loss loss) =>
        new([.. _scores.Select(score => (Real)(score * _temperatureRatio))], outputs, validation, weights.ToArray()) { Loss = loss };

    /// <summary>The best threshold of each label for a metric of two classes; 0 for a label whose rows are of one class.</summary>
    public Real[] Thresholds(IDecisionMetric metric, WorkMeter work)
    {
        var thresholds = new Real[validation.TargetCount];
        var scores = new Matrix(_scores, validation.Count, thresholds.Length);
        for (var label = 0; label < thresholds.Length; label++)
        {
            var targets = TargetMeans.Column(validation.Targets, label);
            if (!MetricNeeds.AreOfOneClass(targets))
                thresholds[label] = ThresholdChoice.Best(
                    metric, TargetMeans.Column(scores, label), targets, validation.Weights, work);
        }
        return thresholds;
    }

    /// <summary>Calibrates intervals or sets by the scores (<see cref="Score(TrainedNetwork, int, StopCondition)"/>).</summary>
    public ConformalCalibration Calibrate(TrainedNetwork trained, double coverage, WorkMeter work)
    {
        Predict(trained, work);
        var members = validation.Folds.IsEmpty ? 1 : trained.Network.EnsembleSize;
        var predictions = new Matrix(_predictions, validation.Count, trained.Network.Outputs);
        return ConformityScores.Calibrate(trained.Loss, coverage, predictions, validation, members, work);
    }

    /// <summary>Whether all validation rows are of one class. Such rows show no mistaken confidence. Any threshold that
    /// assigns that class to all rows would be optimal.</summary>
    public bool IsOfOneClass => MetricNeeds.AreOfOneClass(validation.Targets);

    // Predictions are computed row by row, so the rows can be divided.
    private void Predict(TrainedNetwork trained, WorkMeter? work)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        _scores.CopyTo(_predictions, 0);
        for (int first = 0, count; first < rows; first += count)
        {
            count = work is null ? rows : Math.Min(MaxRowsAtOnce, rows - first);
            trained.Inference.Link.Apply(new Matrix(_predictions, rows, outputs).RowRange(first, count));
            work?.Add(WorkOfScore * count * outputs);
        }
    }

    private void Allocate(int outputs)
    {
        if (_scores.Length == 0)
            (_scores, _predictions) = (new Real[checked(validation.Count * outputs)], new Real[validation.Count * outputs]);
    }

    private Matrix Score(RowScorer scorer, TrainedNetwork trained, int first, int count)
    {
        var folds = validation.Folds.IsEmpty ? [] : validation.Folds.Slice(first, count);
        if (!validation.IsSparse && validation.AreTogether(first, count)) return scorer.Score(validation.Together(first, count), folds);
        if (validation.IsSparse && trained.TakesSparse)
        {
            _sparse ??= trained.MakeSparseBatch();
            _sparse.Clear();
            for (var row = 0; row < count; row++) validation.AddTo(_sparse, first + row, trained.SparseFactors);
            return scorer.ScoreSparse(_sparse);
        }
        if (_features.Length == 0) _features = new Real[checked(MaxRowsAtOnce * validation.FeatureCount)];
        var features = new Matrix(_features.AsSpan(0, count * validation.FeatureCount), count, validation.FeatureCount);
        for (var row = 0; row < count; row++) validation.CopyFeatures(first + row, features.Row(row));
        return scorer.Score(features, folds);
    }
}
