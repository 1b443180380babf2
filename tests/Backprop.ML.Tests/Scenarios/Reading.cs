using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>What tests compare: parameters and scores, bit by bit, and one number for how good a model is.</summary>
internal static class Reading
{
    /// <summary>All parameters as bits: −0 is not 0 here.</summary>
    public static int[] Bits(this BackpropTransformer transformer) =>
        MemoryMarshal.Cast<float, int>(transformer.Model.Network.Parameters).ToArray();

    /// <summary>The numbers of the Score column, row after row.</summary>
    public static float[] Scores(this IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType
        ? [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)]
        : [.. scored.GetColumn<float>("Score")];

    public static int[] ScoreBits(this IDataView scored) => MemoryMarshal.Cast<float, int>(scored.Scores()).ToArray();

    /// <summary>Accuracy of a classifier, R² of a regression, by ML.NET's evaluator.</summary>
    public static double Quality(this MLContext ml, IDataView scored, string label) => label switch
    {
        Synthetic.Flag => ml.BinaryClassification.Evaluate(scored, label).Accuracy,
        Synthetic.Kind => ml.MulticlassClassification.Evaluate(scored, label).MicroAccuracy,
        _ => ml.Regression.Evaluate(scored, label).RSquared,
    };

    /// <summary>Through ML.NET's file format and back, in memory.</summary>
    public static ITransformer SaveAndLoad(this MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return ml.Model.Load(stream, out _);
    }
}
