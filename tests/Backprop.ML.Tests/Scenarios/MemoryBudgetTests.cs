using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Data that would not fit is refused with the sum written out, before anything is trained.</summary>
public class MemoryBudgetTests
{
    private const int Rows = 100;
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Counted_rows_are_refused_before_they_are_read()
    {
        var data = Data(Rows);
        var (bytes, columns) = Size(data);
        var message = Assert.Throws<InvalidOperationException>(() => Trainer(bytes - 1).Fit(data)).Message;

        Assert.Contains($"training data does not fit into memory: {Rows} rows × {columns} columns × 4 bytes = {bytes} bytes", message);
        Assert.Contains($"the budget is {bytes - 1} bytes (MemoryBudget)", message);
    }

    [Fact]
    public void Uncounted_rows_are_refused_when_one_is_too_many()
    {
        var data = _ml.Data.FilterRowsByColumn(Data(Rows), nameof(Example.Main), lowerBound: -1e6);
        Assert.Null(data.GetRowCount());
        var (bytes, columns) = Size(Data(Rows));

        Trainer(bytes).Fit(data);
        var message = Assert.Throws<InvalidOperationException>(() => Trainer(bytes - 1).Fit(data)).Message;
        Assert.Contains($"more than {Rows - 1} rows × {columns} columns × 4 bytes = {bytes} bytes", message);
    }

    [Fact]
    public void Training_and_validation_data_share_the_budget()
    {
        IDataView train = Data(Rows), validation = Data(Rows / 2);
        var bytes = Size(train).Bytes + Size(validation).Bytes;

        Trainer(bytes).Fit(train, validation);
        var message = Assert.Throws<InvalidOperationException>(() => Trainer(bytes - 1).Fit(train, validation)).Message;
        Assert.Contains("validation data does not fit", message);
        Assert.Contains($"the training data uses {Size(train).Bytes} of them", message);
    }

    private IDataView Data(int rows) => Synthetic.Prepared(_ml, rows);

    private BackpropTrainer Trainer(long budget)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.MemoryBudget, options.Caching) = (budget, DataCaching.Memory);
        return new BackpropTrainer(_ml, options);
    }

    private static (long Bytes, int Columns) Size(IDataView data)
    {
        var columns = ((Microsoft.ML.Data.VectorDataViewType)data.Schema["Features"].Type).Size + 1;
        return (data.GetRowCount()!.Value * columns * 4L, columns);
    }
}
