using Backprop.Explanations;
using Backprop.ML.Data;
using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Explains the scores of rows. Rows are read in blocks, and each block is explained by several threads.</summary>
/// <remarks>The explanation of a row depends on this row alone.</remarks>
internal sealed class RowExplanations
{
    private const int MaxRowsOfBlock = 1024, MaxValuesOfBlock = 1 << 22;

    private readonly IHost _host;
    private readonly BackpropModelParameters _model;
    private readonly IReadOnlyList<string> _outputs;
    private readonly IDataView _rows;
    private readonly DataViewSchema.Column[] _inputColumns;
    private readonly ModelColumns _known;
    private readonly ExplanationOptions _options;
    private readonly ExplainedColumns _columns;
    private readonly ExplainedOutput _output;
    private readonly string _baseline;
    private readonly int _inputs, _raw;

    /// <param name="host">For error messages and cancellation.</param>
    /// <param name="model">The model.</param>
    /// <param name="outputs">The names of its outputs.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="inputs">The names of the columns that the model predicts from.</param>
    /// <param name="known">The columns of the model in this data.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">A group or the output is not known.</exception>
    public RowExplanations(
        IHost host, BackpropModelParameters model, IReadOnlyList<string> outputs, IDataView rows, InputColumns inputs, ModelColumns known,
        ExplanationOptions options)
    {
        (_host, _model, _outputs, _rows, _known, _options) = (host, model, outputs, rows, known, options);
        _inputColumns = inputs.In(rows.Schema);
        _columns = new ExplainedColumns(host, rows.Schema, inputs, known, options.Groups);
        _output = model.DefaultOutput;
        if (options.Output is { } name) _output = _output with { Index = OutputNames.Find(host, outputs, name) };
        if (IsAutoencoder && options.Method != ExplanationMethod.IntegratedGradients)
            throw host.ExceptParam(
                nameof(options),
                "{0} {1} is not for anomaly detection: its contributions are the parts of the error, and exact. Do not set it.",
                nameof(options.Method), options.Method);
        _baseline = IsAutoencoder ? ErrorShares.BaselineInWords : model.Explained.BaselineInWords;
        (_inputs, _raw) = (known.InputCount, _columns.RawWidth);
    }

    private bool IsAutoencoder => _model.Network.Errors is not null;

    /// <summary>Explains all rows.</summary>
    public IReadOnlyList<PredictionExplanation> ToList()
    {
        var explanations = new List<PredictionExplanation>();
        var capacity = Math.Clamp(MaxValuesOfBlock / Math.Max(_inputs, _raw), 1, MaxRowsOfBlock);
        float[] raw = new float[capacity * _raw], inputs = new float[capacity * _inputs];
        using var cursor = _rows.GetRowCursor(_inputColumns);
        ColumnBuffer[] buffers = [.. _inputColumns.Select(column => ColumnBuffer.Make(reader: null, cursor, column))];
        foreach (var buffer in buffers) buffer.Grow(1);
        InputBuffers asRead = new(buffers), asKnown = new([.. buffers.Select((buffer, i) => _known.Mapped(i, buffer))]);

        using var team = new WorkerTeam(_options.NumberOfThreads ?? Environment.ProcessorCount);
        var explainers = new RowExplainer?[team.Size];
        for (var isOver = false; !isOver;)
        {
            var count = 0;
            while (count < capacity && !(isOver = !cursor.MoveNext()))
            {
                _host.CheckAlive();
                asRead.Read(0);
                asRead.CopyTo(0, raw.AsSpan(count * _raw, _raw));
                asKnown.CopyTo(0, inputs.AsSpan(count * _inputs, _inputs));
                count++;
            }
            explanations.AddRange(Explain(raw, inputs, count, team, explainers));
        }
        return explanations;
    }

    private PredictionExplanation[] Explain(float[] raw, float[] inputs, int count, WorkerTeam team, RowExplainer?[] explainers)
    {
        var explanations = new PredictionExplanation[count];
        var next = 0;
        var isFailed = false;
        team.Run(thread =>
        {
            var isDone = false;
            try
            {
                var explainer = explainers[thread] ??= CreateExplainer();
                var step = Math.Min(explainer.MaxRows, Math.Max(1, count / team.Size));
                for (int first; !Volatile.Read(ref isFailed) && (first = Interlocked.Add(ref next, step) - step) < count;)
                    ExplainSome(raw, inputs, first, Math.Min(step, count - first), explainer, explanations);
                isDone = true;
            }
            finally
            {
                if (!isDone) Volatile.Write(ref isFailed, true);
            }
        });
        return explanations;
    }

    private void ExplainSome(
        float[] raw, float[] inputs, int first, int count, RowExplainer explainer, PredictionExplanation[] explanations)
    {
        _host.CheckAlive();
        var width = explainer.Columns;
        var contributions = new float[count * width];
        var rows = new ExplainedRow[count];
        int[] outputs = [.. Enumerable.Repeat(_output.Index, count)];
        explainer.Explain(
            new ReadOnlyMatrix(inputs.AsSpan(first * _inputs, count * _inputs), count, _inputs), outputs,
            new Matrix(contributions, count, width), rows);
        for (var i = 0; i < count; i++)
        {
            var row = first + i;
            var columns = new ColumnContribution[width];
            for (var column = 0; column < width; column++)
            {
                var value = _columns.ValueOf(column, raw.AsSpan(row * _raw, _raw), inputs.AsSpan(row * _inputs, _inputs));
                double? error = explainer.StandardErrors.IsEmpty ? null : explainer.StandardErrors[column];
                columns[column] = new ColumnContribution(_columns.NameOf(column), value, contributions[i * width + column], error);
            }
            explanations[row] = new PredictionExplanation(
                _outputs[rows[i].Output], rows[i].Value, rows[i].Baseline, _baseline, columns, _options.MaximumColumns);
        }
    }

    private RowExplainer CreateExplainer()
    {
        if (IsAutoencoder) return new ErrorShares(_model.Network, _columns.Columns, MaxRowsOfBlock);
        return _options.Method == ExplanationMethod.ShapleySampling
            ? new ShapleySampling(_model.Explained, _columns.Columns, _output.IsPrediction, _options.Orders / 2, _options.Seed)
            : new IntegratedGradients(_model.Explained, _columns.Columns, _output.IsPrediction, _model.Explained.RowsAtOnce);
    }
}
