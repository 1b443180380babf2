using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>ML.NET's metrics of a binary classification. Decisions are the predicted label instead of the sign of the score.</summary>
internal static class DecidedMetrics
{
    /// <summary>Evaluates scored data. Rows whose score is not finite or whose label is missing are skipped, as by ML.NET's
    /// evaluator.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type; the message names it.</exception>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public static CalibratedBinaryClassificationMetrics Measure(
        IHost host, IDataView data, string labelName, string scoreName, string probabilityName, string predictedLabelName)
    {
        host.CheckValue(data, nameof(data));
        ColumnChecks.Find(host, nameof(data), data.Schema, "label", labelName);
        ColumnChecks.CheckType(host, nameof(data), data.Schema, "score", scoreName, NumberDataViewType.Single);
        ColumnChecks.CheckType(host, nameof(data), data.Schema, "probability", probabilityName, NumberDataViewType.Single);
        ColumnChecks.CheckType(host, nameof(data), data.Schema, "predicted label", predictedLabelName, BooleanDataViewType.Instance);

        // The data is cached, because two readings would score it twice.
        var kept = new CacheDataView(host, data, prefetch: null);
        var roles = new RoleMappedData(kept, opt: false,
            RoleMappedSchema.ColumnRole.Label.Bind(labelName),
            RoleMappedSchema.CreatePair(AnnotationUtils.Const.ScoreValueKind.Score, scoreName),
            RoleMappedSchema.CreatePair(AnnotationUtils.Const.ScoreValueKind.Probability, probabilityName));
        var arguments = new BinaryClassifierEvaluator.Arguments();
        var results = ((IEvaluator)new BinaryClassifierEvaluator(host, arguments)).Evaluate(roles);
        var counts = Count(host, kept, labelName, scoreName, predictedLabelName);
        return Combine(host, results[MetricKinds.OverallMetrics], counts);
    }

    private static Counts Count(IHost host, CacheDataView data, string labelName, string scoreName, string predictedLabelName)
    {
        DataViewSchema.Column label = data.Schema[labelName], score = data.Schema[scoreName],
            predictedLabel = data.Schema[predictedLabelName];
        using var cursor = data.GetRowCursor([label, score, predictedLabel]);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getScore = cursor.GetGetter<float>(score);
        var getPredictedLabel = cursor.GetGetter<bool>(predictedLabel);
        Span<double> sums = stackalloc double[4];
        float truth = 0, value = 0;
        var isCalledPositive = false;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            getLabel(ref truth);
            getScore(ref value);
            getPredictedLabel(ref isCalledPositive);
            if (float.IsFinite(value) && !float.IsNaN(truth)) sums[(isCalledPositive ? 2 : 0) + (truth > 0 ? 1 : 0)]++;
        }
        return new Counts(TruePositives: sums[3], FalsePositives: sums[2], FalseNegatives: sums[1], TrueNegatives: sums[0]);
    }

    private static CalibratedBinaryClassificationMetrics Combine(IHost host, IDataView overall, Counts counts)
    {
        var row = new ArrayDataViewBuilder(host);
        foreach (var (name, value) in counts.Metrics) row.AddColumn(name, NumberDataViewType.Double, value);
        using (var cursor = overall.GetRowCursor(overall.Schema))
        {
            cursor.MoveNext();
            foreach (var column in overall.Schema)
            {
                if (column.Type != NumberDataViewType.Double || counts.Metrics.Any(own => own.Name == column.Name)) continue;
                double value = 0;
                cursor.GetGetter<double>(column)(ref value);
                row.AddColumn(column.Name, NumberDataViewType.Double, value);
            }
        }

        ReadOnlyMemory<char>[] classes = ["positive".AsMemory(), "negative".AsMemory()];
        var confusion = new ArrayDataViewBuilder(host);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> nameClasses = (ref VBuffer<ReadOnlyMemory<char>> names) =>
            names = new(classes.Length, classes);
        confusion.AddColumn(MetricKinds.ColumnNames.Count, nameClasses, NumberDataViewType.Double,
            [counts.TruePositives, counts.FalseNegatives], [counts.FalsePositives, counts.TrueNegatives]);

        var view = row.GetDataView();
        using var metrics = view.GetRowCursor(view.Schema);
        metrics.MoveNext();
        return new CalibratedBinaryClassificationMetrics(host, metrics, confusion.GetDataView());
    }

    // The formulas are those of ML.NET's evaluator; 0 / 0 is 0.
    private sealed record Counts(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
    {
        public IReadOnlyList<(string Name, double Value)> Metrics =>
        [
            (BinaryClassifierEvaluator.Accuracy,
                (TruePositives + TrueNegatives) / (TruePositives + FalsePositives + FalseNegatives + TrueNegatives)),
            (BinaryClassifierEvaluator.PosPrecName, Share(TruePositives, FalsePositives)),
            (BinaryClassifierEvaluator.PosRecallName, Share(TruePositives, FalseNegatives)),
            (BinaryClassifierEvaluator.NegPrecName, Share(TrueNegatives, FalseNegatives)),
            (BinaryClassifierEvaluator.NegRecallName, Share(TrueNegatives, FalsePositives)),
            (BinaryClassifierEvaluator.F1, Share(2 * TruePositives, FalsePositives + FalseNegatives)),
        ];

        private static double Share(double part, double rest) => part == 0 ? 0 : part / (part + rest);
    }
}
