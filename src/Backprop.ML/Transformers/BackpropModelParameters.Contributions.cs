using Backprop.ML.Transformers;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML;

// The contributions of features, as ML.NET reads them.
public sealed partial class BackpropModelParameters : ICalculateFeatureContribution, IFeatureContributionMapper
{
    /// <summary>The contributions of features to the score, for <c>ml.Transforms.CalculateFeatureContribution</c>.</summary>
    /// <remarks>
    /// Integrated gradients along the path from the means of the training data to the row; Sundararajan, Taly and Yan (2017),
    /// arXiv:1703.01365. All contributions of a row add up to the difference of both scores. They explain the predicted class of a
    /// multiclass model, and the first score of any other model. <see cref="BackpropTransformer.Explain"/> has more options.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The model predicts from category columns, but ML.NET reads only features.</exception>
    FeatureContributionCalculator ICalculateFeatureContribution.FeatureContributionCalculator
    {
        get
        {
            CheckFeaturesAlone();
            return new FeatureContributionCalculator(this);
        }
    }

    ValueMapper<TSrc, VBuffer<float>> IFeatureContributionMapper.GetFeatureContributionMapper<TSrc, TDst>(
        int top, int bottom, bool normalize)
    {
        CheckFeaturesAlone();
        var mapper = new ContributionMapper(Host, Explained, Columns.Features, DefaultOutput);
        return (ValueMapper<TSrc, VBuffer<float>>)(Delegate)mapper.MapperFor(top, bottom, normalize);
    }

    private void CheckFeaturesAlone()
    {
        if (Network.Errors is not null)
            throw Host.Except(
                "CalculateFeatureContribution is not for anomaly detection. Call {0} of the model, which says how much each column adds to "
                + "the error.", nameof(BackpropTransformer.Explain));
        if (Columns.Categories.Count == 0) return;
        const string text = "CalculateFeatureContribution reads only the features column, but the model also predicts from the category "
            + "columns {0}. Call {1} of the model, which explains all columns.";
        throw Host.Except(
            text, string.Join(", ", Columns.Categories.Select(column => $"'{column.Name}'")), nameof(BackpropTransformer.Explain));
    }
}
