using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>A model of this library in a chain, and the steps before it.</summary>
/// <param name="Preparation">The steps before the model.</param>
/// <param name="Model">The last model of this library in the chain.</param>
internal sealed record ModelChain(IReadOnlyList<ITransformer> Preparation, BackpropTransformer Model)
{
    /// <summary>Finds the model. A single model is a chain without preparation.</summary>
    /// <param name="model">A model, or a chain of steps and chains.</param>
    /// <returns>Null if there is none.</returns>
    public static ModelChain? Find(ITransformer model)
    {
        ITransformer[] steps = [.. StepsOf(model)];
        var last = Array.FindLastIndex(steps, step => step is BackpropTransformer);
        return last < 0 ? null : new ModelChain(steps[..last], (BackpropTransformer)steps[last]);
    }

    /// <summary>Applies the steps before the model.</summary>
    public IDataView Prepare(IDataView data) => Preparation.Aggregate(data, (view, step) => step.Transform(view));

    private static IEnumerable<ITransformer> StepsOf(ITransformer model) =>
        model is ITransformerChainAccessor chain ? chain.Transformers.SelectMany(StepsOf) : [model];
}
