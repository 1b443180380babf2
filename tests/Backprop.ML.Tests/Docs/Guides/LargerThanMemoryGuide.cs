using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Docs.Guides;

public class LargerThanMemoryGuide() : GuidePage("larger-than-memory")
{
    [Fact]
    public void Rows_beyond_the_budget_are_read_again()
    {
        var (ml, rows, _) = Parcel.Split(train: 300);
        var messages = Messages(ml, ChannelMessageKind.Info);
        var path = Path.GetTempFileName();
        try
        {
            #region stream-save
            var prepared = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(rows).Transform(rows);
            using (var file = File.Create(path))
                ml.Data.SaveAsBinary(ml.Transforms.SelectColumns("Features", "Days").Fit(prepared).Transform(prepared), file);
            #endregion
            #region stream-train
            var data = ml.Data.LoadFromBinary(path);
            var trainer = ml.Regression.Trainers.Backprop(new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = "Days",
                NumberOfIterations = 10,
                MemoryBudget = 4_000, // bytes, for this example; leave it out to use the free memory
                ValidationFraction = 0.05,
            });
            var model = trainer.Fit(data);
            #endregion
            AssertQuoted(Assert.Single(messages, message => message.Contains("does not fit", StringComparison.Ordinal)));
            Assert.NotNull(model.Model.History[0].ValidationLoss);
            ((IDisposable)data).Dispose();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_needs_all_rows_says_so()
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropTrainer.Options { Caching = DataCaching.Stream, KFoldBagging = true };
        AssertQuoted(Assert.ThrowsAny<ArgumentException>(() => ml.Regression.Trainers.Backprop(options)).Message.Split(" (Parameter")[0]);
    }
}
