using Backprop.Distribution;
using Backprop.ML;
using Backprop.Numerics;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find it on the context.
namespace Microsoft.ML;

/// <summary>Distributes the training of several models over the processes of a job.</summary>
public static class BackpropDistribution
{
    /// <summary>Trains several models, such as those of folds or seeds. Each is trained by one rank: the next by the next rank that is
    /// free.</summary>
    /// <remarks>
    /// All ranks call this method with the same arguments, and all return the same models. <paramref name="fit"/> must depend on nothing
    /// but its index and what is equal on all ranks: use fixed seeds. It must not use the communicator. An exception in it ends all
    /// ranks.
    /// </remarks>
    /// <param name="mlContext">The context.</param>
    /// <param name="communicator">The ranks, which the program receives from <c>Mpi.Run</c> of the package Backprop.ML.Mpi.</param>
    /// <param name="count">The number of models, at least 1.</param>
    /// <param name="fit">Trains the model of an index from 0 to <paramref name="count"/> − 1. Called by another thread.</param>
    /// <returns>The models in the order of their indices, as if saved and loaded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">The ranks have different builds of this library, or different counts.</exception>
    public static IReadOnlyList<ITransformer> FitDistributed(
        this MLContext mlContext, ICommunicator communicator, int count, Func<int, ITransformer> fit)
    {
        var host = HostOf(mlContext, communicator);
        Contracts.CheckValue(fit, nameof(fit));
        return Fit(host, communicator, count, (index, _) => fit(index), ranksPerModel: 1);
    }

    /// <summary>Trains several models, such as those of folds or seeds. Each is trained by a group of neighbouring ranks, which may divide
    /// its members: the next model by the next group that is free.</summary>
    /// <remarks>
    /// All ranks call this method with the same arguments, and all return the same models. Each rank of a group calls
    /// <paramref name="fit"/>, and the model of the first one is returned. Set <see cref="BackpropTrainer.Options.Distributed"/> to
    /// <c>new Distributed(group)</c>. Groups have equally many ranks, or differ by one. <paramref name="fit"/> must depend on nothing but
    /// its index and what is equal on all ranks: use fixed seeds. It must not use the communicator of all ranks. An exception in it ends
    /// all ranks.
    /// </remarks>
    /// <param name="mlContext">The context.</param>
    /// <param name="communicator">The ranks, which the program receives from <c>Mpi.Run</c> of the package Backprop.ML.Mpi.</param>
    /// <param name="count">The number of models, at least 1.</param>
    /// <param name="fit">Trains the model of an index from 0 to <paramref name="count"/> − 1 with the ranks of its group. It may
    /// have only one. Called by another thread, which is the only one that may use the group.</param>
    /// <param name="ranksPerModel">The number of ranks of a group, from 1 to the number of ranks. Remaining ranks join the first groups.
    /// Null: as many groups as models, if there are so many ranks. A single process ignores it.</param>
    /// <returns>The models in the order of their indices, as if saved and loaded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1, or <paramref name="ranksPerModel"/> is below 1
    /// or above the number of ranks.</exception>
    /// <exception cref="InvalidOperationException">The ranks have different builds of this library, or different arguments.</exception>
    public static IReadOnlyList<ITransformer> FitDistributed(
        this MLContext mlContext, ICommunicator communicator, int count, Func<int, ICommunicator, ITransformer> fit,
        int? ranksPerModel = null)
    {
        var host = HostOf(mlContext, communicator);
        Contracts.CheckValue(fit, nameof(fit));
        ValueRange.AtLeastOne.Checked(ranksPerModel, nameof(ranksPerModel));
        if (communicator.Size > 1 && ranksPerModel > communicator.Size)
            throw ValueRange.Refusal(
                nameof(ranksPerModel), ranksPerModel, $"must be null, or at most the number of ranks, which is {communicator.Size}");
        return Fit(host, communicator, count, fit, ranksPerModel);
    }

    /// <summary>Fits the steps before a training on rank 0 alone, and returns them on all ranks.</summary>
    /// <remarks>
    /// Steps that learn from data, such as <c>MapValueToKey</c> or <c>NormalizeMeanVariance</c>, then have the same keys and values on all
    /// ranks, and only rank 0 reads <paramref name="data"/>. All ranks call this method. An exception on rank 0 ends all ranks.
    /// </remarks>
    /// <param name="mlContext">The context.</param>
    /// <param name="communicator">The ranks, which the program receives from <c>Mpi.Run</c> of the package Backprop.ML.Mpi.</param>
    /// <param name="pipeline">The steps. What is fitted must be able to be saved.</param>
    /// <param name="data">The rows that rank 0 fits the steps to.</param>
    /// <returns>The fitted steps, as if saved and loaded.</returns>
    /// <exception cref="InvalidOperationException">The ranks have different builds of this library, or call something else.</exception>
    public static ITransformer FitOnRoot(
        this MLContext mlContext, ICommunicator communicator, IEstimator<ITransformer> pipeline, IDataView data)
    {
        var host = HostOf(mlContext, communicator);
        Contracts.CheckValue(pipeline, nameof(pipeline));
        Contracts.CheckValue(data, nameof(data));
        return DistributedFit.OnRankZero(host, communicator, () => pipeline.Fit(data), nameof(FitOnRoot));
    }

    private static ITransformer[] Fit(
        IHost host, ICommunicator communicator, int count, Func<int, ICommunicator, ITransformer> fit, int? ranksPerModel)
    {
        ValueRange.AtLeastOne.Checked(count, nameof(count));
        return DistributedFit.Run(host, communicator, count, fit, ranksPerModel, []);
    }

    private static IHost HostOf(MLContext mlContext, ICommunicator communicator)
    {
        Contracts.CheckValue(mlContext, nameof(mlContext));
        Contracts.CheckValue(communicator, nameof(communicator));
        return ((IHostEnvironment)mlContext).Register(nameof(BackpropDistribution));
    }
}
