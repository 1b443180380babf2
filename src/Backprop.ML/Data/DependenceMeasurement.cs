using Backprop.Metrics;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Scores rows of data again with values of other rows in some columns, and averages the predictions.</summary>
/// <remarks>A column never has a value that does not occur in the data. So columns of every type are varied in the same way.</remarks>
internal sealed class DependenceMeasurement
{
    // They need 12 bytes each.
    private const int MaxPredictions = 1 << 27;

    private readonly IHost _host;
    private readonly ScoredOutput _output;
    private readonly RowSample _sample;
    private readonly InputUnits _units;

    public DependenceMeasurement(
        IHost host, ITransformer model, IDataView data, string? outputColumnName, string? outputName, int maximumRows, int seed)
    {
        _host = host;
        _output = new ScoredOutput(host, model, data.Schema, outputColumnName, outputName);
        _units = new InputUnits(host, _output.Inputs);
        _sample = RowSample.Of(host, data, maximumRows, seed);
    }

    /// <summary>The curve of one column or slot.</summary>
    /// <exception cref="ArgumentException">The model does not read the column, or all rows have the same value in it.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have finite predictions.</exception>
    public PartialDependence Curve(string column, PartialDependenceOptions options)
    {
        var unit = _units.Find(column);
        var values = UnitValues.Of(_host, _sample.Data, unit);
        var grid = GridOf(values, options);
        if (grid.Count < 2)
            throw _host.ExceptParam(
                nameof(column), "'{0}' has {1} in these {2} rows, so there is no curve. At least two values are needed.", column,
                grid.Count == 0 ? "no value" : $"one value ({values.Names[grid[0]]})", _sample.Count);

        int[] all = [.. Enumerable.Range(0, _sample.Count)];
        var predictions = Scores(unit, all, grid);
        int[] rows = [.. all.Where(row => grid.Index().All(point => float.IsFinite(predictions[point.Index * all.Length + row])))];
        CheckRows(rows.Length);
        float[] finite = [.. grid.Index().SelectMany(point => rows.Select(row => predictions[point.Index * all.Length + row]))];
        int[] shown = [.. Enumerable.Range(0, rows.Length)];
        new RandomSequence(options.Seed, RandomPurpose.Examples, index: 1).Shuffle(shown);
        return PartialDependence.Of(
            unit.Name, _output.Name, values.IsCategory, [.. grid.Select(row => (values.Names[row]!, values.Numbers[row]))],
            new ReadOnlyMatrix(finite, grid.Count, rows.Length), options.Coverage, [.. shown.Take(options.NumberOfCurves).Order()],
            [.. rows.Select(row => _sample.Positions[row])]);
    }

    /// <summary>Whether a column has the two points that a curve needs.</summary>
    public bool HasCurve(string column, PartialDependenceOptions options) =>
        GridOf(UnitValues.Of(_host, _sample.Data, _units.Find(column)), options).Count > 1;

    /// <summary>The interactions of columns.</summary>
    /// <exception cref="ArgumentException">The model does not read a column, or a pair has the same column twice.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two rows have finite predictions.</exception>
    public InteractionReport Interactions(InteractionOptions options)
    {
        ColumnUnit[] columns = [.. options.Columns?.Select(_units.Find) ?? _units.All];
        (ColumnUnit First, ColumnUnit Second)[] pairs =
            [.. options.Pairs.Select(pair => (_units.Find(pair.First), _units.Find(pair.Second)))];
        foreach (var (first, second) in pairs)
            if (first.Overlaps(second))
                throw _host.ExceptParam(nameof(options), "'{0}' and '{1}' have a column in common.", first.Name, second.Name);

        var own = _output.Read(_sample.Data);
        int[] rows = [.. Enumerable.Range(0, own.Length).Where(row => float.IsFinite(own[row]))];
        CheckRows(rows.Length);
        var dependences = new Dictionary<string, Dependence>();
        return new InteractionReport(
            _output.Name, rows.Length, InteractionStrength.Sorted(columns.Select(OfColumn)),
            InteractionStrength.Sorted(pairs.Select(pair => OfPair(pair.First, pair.Second))));

        InteractionStrength OfColumn(ColumnUnit unit)
        {
            var dependence = Of(unit);
            return InteractionStrength.Of(
                unit.Name, null, [.. rows.Select(row => (double)own[row])], dependence.OnUnit, dependence.OnOthers);
        }

        InteractionStrength OfPair(ColumnUnit first, ColumnUnit second) => InteractionStrength.Of(
            first.Name, second.Name, Measure(first.With(second), rows).OnUnit, Of(first).OnUnit, Of(second).OnUnit);

        Dependence Of(ColumnUnit unit) =>
            dependences.TryGetValue(unit.Name, out var known) ? known : dependences[unit.Name] = Measure(unit, rows);
    }

    private static IReadOnlyList<int> GridOf(UnitValues values, PartialDependenceOptions options) => values.IsCategory
        ? ObservedGrid.OfCategories(values.Names, options.GridSize)
        : ObservedGrid.OfQuantiles(values.Numbers, options.GridSize, options.LowerQuantile, options.UpperQuantile);

    // Row i of the predictions has the values of row i in the unit. Its mean is the dependence on the unit. The mean of a column is the
    // dependence on all other columns. Rows with equal values of the unit share a row of predictions.
    private Dependence Measure(ColumnUnit unit, int[] rows)
    {
        var groups = GroupsOf(unit, rows);
        int[] donors = [.. Enumerable.Range(0, groups.Max() + 1).Select(group => rows[Array.IndexOf(groups, group)])];
        var predictions = Scores(unit, rows, donors);
        foreach (var value in predictions)
            if (!float.IsFinite(value))
                throw _host.Except(
                    "A prediction is {0} if '{1}' has the value of another row. Use rows without missing values.", value, unit.Name);

        var means = new double[donors.Length];
        var others = new double[rows.Length];
        var counts = new int[donors.Length];
        foreach (var group in groups) counts[group]++;
        for (var donor = 0; donor < donors.Length; donor++)
        {
            var each = predictions.AsSpan(donor * rows.Length, rows.Length);
            for (var row = 0; row < each.Length; row++)
            {
                means[donor] += each[row] / (double)rows.Length;
                others[row] += each[row] * ((double)counts[donor] / rows.Length);
            }
        }
        return new Dependence([.. groups.Select(group => means[group])], others);
    }

    // The index of every row's combination of values, from 0 on in the order of the rows. Whole vectors, and times, count as different in
    // every row.
    private int[] GroupsOf(ColumnUnit unit, int[] rows)
    {
        if (!unit.Parts.All(HasValues)) return [.. Enumerable.Range(0, rows.Length)];
        int[][] indices = [.. unit.Parts.Select(
            part => UnitValues.Of(_host, _sample.Data, new ColumnUnit(unit.Name, [part])).Indices())];
        var groupOf = new Dictionary<string, int>();
        var groups = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var combination = string.Join(' ', indices.Select(index => index[rows[i]]));
            groupOf.TryAdd(combination, groupOf.Count);
            groups[i] = groupOf[combination];
        }
        return groups;

        bool HasValues(ColumnPart part)
        {
            var type = _sample.Data.Schema[part.Column].Type;
            return UnitValues.Supports(type) && (part.Slot is not null || type is not VectorDataViewType);
        }
    }

    // [donors × rows]: the predictions for every row with the values of every donor in the unit, in one reading of one view.
    private float[] Scores(ColumnUnit unit, int[] rows, IReadOnlyList<int> donors)
    {
        if ((long)donors.Count * rows.Length > MaxPredictions)
            throw _host.ExceptParam(
                "options", "{0} rows with {1} values each are more than {2} predictions. Reduce MaximumRows.", rows.Length, donors.Count,
                MaxPredictions);
        var view = new SubstitutedView(
            _host, _sample.Data, [.. donors.SelectMany(_ => rows)], unit, [.. donors.SelectMany(donor => rows.Select(_ => donor))]);
        return _output.Read(view);
    }

    private void CheckRows(int usable)
    {
        if (usable < 2)
            throw _host.Except("{0} of {1} rows have a finite prediction. At least 2 are needed.", usable, _sample.Count);
        if (usable == _sample.Count) return;
        using var channel = _host.Start("Dependence");
        channel.Warning(
            MessageSensitivity.None, "Skipped {0} of {1} rows, which have no finite prediction.", _sample.Count - usable, _sample.Count);
    }

    private sealed record Dependence(double[] OnUnit, double[] OnOthers);
}
