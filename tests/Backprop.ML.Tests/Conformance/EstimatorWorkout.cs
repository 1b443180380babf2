using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>What ML.NET expects of every estimator and of its transformer, whatever they compute.</summary>
internal sealed class EstimatorWorkout
{
    private readonly MLContext _ml;
    private readonly IEstimator<ITransformer> _estimator;
    private readonly IDataView _data;
    private readonly ITransformer _transformer, _loaded;
    private readonly DataViewSchema _loadedInputSchema;

    private EstimatorWorkout(MLContext ml, IEstimator<ITransformer> estimator, IDataView data)
    {
        (_ml, _estimator, _data) = (ml, estimator, data);
        _transformer = estimator.Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(_transformer, data.Schema, file);
        file.Position = 0;
        _loaded = ml.Model.Load(file, out _loadedInputSchema);
    }

    /// <summary>Fits, saves and loads, and checks all of it.</summary>
    /// <param name="ml">Where the estimator was made.</param>
    /// <param name="estimator">What is examined.</param>
    /// <param name="data">Data that it can be fitted to.</param>
    /// <param name="neededToFit">The columns of <paramref name="data"/> without which it cannot be fitted.</param>
    /// <param name="neededToTransform">Those without which the transformer cannot work.</param>
    public static void Run(
        MLContext ml, IEstimator<ITransformer> estimator, IDataView data, string[] neededToFit, string[] neededToTransform)
    {
        var workout = new EstimatorWorkout(ml, estimator, data);
        workout.SchemasAreAsPromised();
        workout.LoadedGivesTheSame();
        workout.ColumnsDoNotDependOnOneAnother();
        workout.RowsMapOneByOne();
        workout.RowsHaveIds();
        foreach (var column in neededToFit) workout.CannotBeFittedWithout(column);
        foreach (var column in neededToTransform) workout.CannotTransformWithout(column);
        foreach (var column in neededToFit.Except(neededToTransform)) workout.TransformsWithout(column);
        workout.EndsCleanly();
    }

    private void SchemasAreAsPromised()
    {
        var promised = _estimator.GetOutputSchema(SchemaText.Shape(_data.Schema));
        var delivered = _transformer.Transform(_data).Schema;
        Assert.Equal(SchemaText.Of(promised), SchemaText.Of(SchemaText.Shape(delivered)));
        Assert.Equal(SchemaText.Of(_transformer.GetOutputSchema(_data.Schema)), SchemaText.Of(delivered));
    }

    private void LoadedGivesTheSame()
    {
        Assert.Equal(SchemaText.Of(_data.Schema), SchemaText.Of(_loadedInputSchema));
        Assert.Equal(SchemaText.Of(_transformer.GetOutputSchema(_data.Schema)), SchemaText.Of(_loaded.GetOutputSchema(_data.Schema)));
        Assert.Equal(SchemaText.Of(_transformer.Transform(_data).Schema), SchemaText.Of(_loaded.Transform(_data).Schema));
        Assert.Equal(AllRows(_transformer), AllRows(_loaded));
    }

    private void ColumnsDoNotDependOnOneAnother()
    {
        var view = _transformer.Transform(_data);
        var all = AllRows(_transformer);
        int[] indices = [.. Enumerable.Range(0, view.Schema.Count)];
        int[][] subsets = [[.. indices.Where(i => i % 2 == 0)], [.. indices.Where(i => i % 2 == 1)], .. indices.Select(i => new[] { i })];
        foreach (var subset in subsets)
            Assert.Equal(all.Select(row => subset.Select(i => row[i])), Cells.Rows(view, [.. subset.Select(i => view.Schema[i])]));
    }

    private void RowsMapOneByOne()
    {
        Assert.True(_transformer.IsRowToRowMapper && _loaded.IsRowToRowMapper);
        var mapper = _transformer.GetRowToRowMapper(_data.Schema);
        Assert.Same(_data.Schema, mapper.InputSchema);
        Assert.Equal(SchemaText.Of(_transformer.GetOutputSchema(_data.Schema)), SchemaText.Of(mapper.OutputSchema));

        using var cursor = _data.GetRowCursor(mapper.GetDependencies(mapper.OutputSchema));
        using var row = mapper.GetRow(cursor, mapper.OutputSchema);
        Func<string>[] getters = [.. mapper.OutputSchema.Select(column => Cells.Getter(row, column))];
        foreach (var expected in AllRows(_transformer))
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(expected, getters.Select(get => get()));
        }
        Assert.False(cursor.MoveNext());
    }

    private void RowsHaveIds()
    {
        var ids = Cells.Ids(_transformer.Transform(_data));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(Cells.Ids(_data), ids);
        Assert.Equal(ids, Cells.Ids(_loaded.Transform(_data)));
    }

    private void CannotBeFittedWithout(string column)
    {
        var view = Without(column);
        Refuses(column, () => _estimator.GetOutputSchema(SchemaText.Shape(view.Schema)));
        Refuses(column, () => _estimator.Fit(view));
    }

    private void CannotTransformWithout(string column)
    {
        var view = Without(column);
        foreach (var transformer in new[] { _transformer, _loaded })
        {
            Refuses(column, () => transformer.GetOutputSchema(view.Schema));
            Refuses(column, () => transformer.GetRowToRowMapper(view.Schema));
            Refuses(column, () => transformer.Transform(view));
        }
    }

    private void TransformsWithout(string column)
    {
        var score = Cells.Column(_transformer.Transform(_data), "Score");
        Assert.Equal(score, Cells.Column(_transformer.Transform(Without(column)), "Score"));
        Assert.Equal(score, Cells.Column(_loaded.Transform(Without(column)), "Score"));
    }

    private void EndsCleanly()
    {
        (_loaded as IDisposable)?.Dispose();
        Assert.NotEmpty(AllRows(_transformer));
        (_transformer as IDisposable)?.Dispose();
    }

    private List<string[]> AllRows(ITransformer transformer)
    {
        var view = transformer.Transform(_data);
        return Cells.Rows(view, view.Schema);
    }

    private IDataView Without(string column) => _ml.Transforms.DropColumns(column).Fit(_data).Transform(_data);

    private static void Refuses(string column, Func<object> action)
    {
        var problem = Record.Exception(() => action());
        Assert.True(problem is ArgumentOutOfRangeException or InvalidOperationException, $"Without {column}: {problem}");
        Assert.Contains(column, problem.Message, StringComparison.Ordinal);
    }
}
