using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ServePredictions;

/// <summary>A small model for the case that none is given: which customers leave?</summary>
internal static class Training
{
    public static ITransformer Train(MLContext ml)
    {
        var data = ml.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "customers.csv"), new TextLoader.Options
        {
            HasHeader = true,
            Separators = [','],
            MissingRealsAsNaNs = true,
            Columns =
            [
                new TextLoader.Column("Months", DataKind.Single, 0),
                new TextLoader.Column("Fee", DataKind.Single, 1),
                new TextLoader.Column("Calls", DataKind.Single, 2),
                new TextLoader.Column("Contract", DataKind.String, 3),
                new TextLoader.Column("Left", DataKind.Boolean, 4),
            ],
        });
        var options = new BackpropTrainer.Options { Preset = Preset.Fast, LabelColumnName = "Left" };
        return ml.Transforms.Categorical.OneHotEncoding("Contract")
            .Append(ml.Transforms.Concatenate("Features", "Months", "Fee", "Calls", "Contract"))
            .Append(ml.BinaryClassification.Trainers.Backprop(options))
            .Fit(data);
    }
}
