using System.Diagnostics;
using Backprop.Accuracy.Running;
using Microsoft.ML;

namespace Backprop.Accuracy.Learners;

/// <summary>A learner that works in a process of this program.</summary>
internal abstract record LocalLearner(string Key, string Name, string Family) : Learner(Key, Name, Family)
{
    /// <inheritdoc/>
    public override ProcessStartInfo Worker() => new(Environment.ProcessPath!, ["worker", Key]);

    /// <summary>Learns.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="job">What the columns are.</param>
    /// <param name="train">Rows to learn from.</param>
    /// <param name="validation">Rows to choose by; null where there are none of their own.</param>
    /// <returns>What predicts other rows.</returns>
    public abstract Func<IDataView, Predictions> Train(MLContext ml, Job job, IDataView train, IDataView? validation);

    /// <summary>The version of the package that a type comes from.</summary>
    protected static string PackageOf(Type type) =>
        $"{type.Assembly.GetName().Name} {FileVersionInfo.GetVersionInfo(type.Assembly.Location).ProductVersion!.Split('+')[0]}";
}
