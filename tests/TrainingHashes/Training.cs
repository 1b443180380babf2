using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TrainingHashes;

/// <summary>One training, and the hash of what it gives.</summary>
/// <param name="Name">Which training.</param>
/// <param name="Options">Its options; threads are set by <see cref="Hash"/>.</param>
/// <param name="Data">What it learns from, and scores afterwards.</param>
internal sealed record Training(string Name, Func<BackpropTrainer.Options> Options, Func<MLContext, IDataView> Data)
{
    /// <summary>How many epochs a model is trained for that this training continues from; 0 for a new start.</summary>
    public int EpochsBefore { get; init; }

    /// <summary>Whether rows behind the first two thirds are given as validation data.</summary>
    public bool IsValidated { get; init; }

    /// <summary>SHA-256 of the parameters and of all scores, shortened to 16 hexadecimal digits.</summary>
    /// <param name="threads">How many threads train.</param>
    /// <param name="change">Changes options; null for none.</param>
    public string Hash(int threads, Action<BackpropTrainer.Options>? change = null)
    {
        var ml = new MLContext(seed: 1);
        var data = Data(ml);
        var options = Options();
        (options.NumberOfThreads, options.Seed) = (threads, 5);
        change?.Invoke(options);
        var trainer = new BackpropTrainer(ml, options);
        var validation = IsValidated ? ml.Data.SkipRows(data, 150) : null;
        var training = IsValidated ? ml.Data.TakeRows(data, 150) : data;
        var earlier = EpochsBefore > 0 ? trainer.Fit(training, validation).Model : null;
        var model = trainer.Fit(training, validation, earlier);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(model.Model.Network.Parameters));
        hash.AppendData(MemoryMarshal.AsBytes<float>(Scores(model.Transform(data))));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static float[] Scores(IDataView scored) => scored.Schema["Score"].Type is VectorDataViewType
        ? [.. scored.GetColumn<float[]>("Score").SelectMany(scores => scores)]
        : [.. scored.GetColumn<float>("Score")];
}
