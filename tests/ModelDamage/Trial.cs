using Microsoft.ML;

namespace Backprop.ModelDamage;

/// <summary>How loading a damaged file ended.</summary>
public enum Outcome
{
    /// <summary>A <see cref="FormatException"/> of our code.</summary>
    Refused,

    /// <summary>An exception of ML.NET or of the zip reader, before our code was reached.</summary>
    RefusedByHost,

    /// <summary>Loaded, with the same schema and the same predictions.</summary>
    Harmless,

    /// <summary>Loaded; our part is the same, but the pipeline around it is not, or cannot score.</summary>
    HostDiffers,

    /// <summary>Loaded without our part.</summary>
    OursMissing,

    /// <summary>Loaded, and our part says or predicts something else.</summary>
    Different,

    /// <summary>Loaded, but our part cannot score.</summary>
    FailedLater,

    /// <summary>Our code ended with an exception that is no <see cref="FormatException"/>.</summary>
    OtherException,

    /// <summary>Loading did not end.</summary>
    Hang,
}

/// <summary>What one damaged file led to.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Allocated">Bytes that loading allocated.</param>
/// <param name="Detail">The exception, in one line; empty without one.</param>
public sealed record TrialResult(Outcome Outcome, long Allocated, string Detail);

/// <summary>Loads files, and compares what was loaded with the undamaged model.</summary>
public sealed class Trial(MLContext ml, IReadOnlyList<SampleModel> models)
{
    private readonly Fingerprint[] _expected = [.. models.Select(sample =>
    {
        var model = ml.Model.Load(new MemoryStream(sample.File), out var schema);
        return Fingerprint.Of(model, schema, sample);
    })];

    public TrialResult Run(Damage damage)
    {
        var sample = models[damage.Model];
        var expected = _expected[damage.Model];
        var before = GC.GetAllocatedBytesForCurrentThread();
        ITransformer model;
        DataViewSchema schema;
        try
        {
            model = ml.Model.Load(new MemoryStream(damage.File), out schema);
        }
        catch (Exception problem)
        {
            return new TrialResult(OutcomeOf(problem), Allocated(), OneLine(problem.GetBaseException()));
        }
        var allocated = Allocated();
        try
        {
            var ours = Fingerprint.OfOurs(model, sample);
            if (ours.Length == 0) return new TrialResult(Outcome.OursMissing, allocated, "");
            if (ours != expected.Ours) return new TrialResult(Outcome.Different, allocated, "");
        }
        catch (Exception problem)
        {
            return new TrialResult(Outcome.FailedLater, allocated, OneLine(problem.GetBaseException()));
        }
        try
        {
            var isSame = Fingerprint.OfWhole(model, schema, sample) == expected.Whole;
            return new TrialResult(isSame ? Outcome.Harmless : Outcome.HostDiffers, allocated, "");
        }
        catch (Exception problem)
        {
            return new TrialResult(Outcome.HostDiffers, allocated, OneLine(problem.GetBaseException()));
        }

        long Allocated() => GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Outcome OutcomeOf(Exception problem)
    {
        var isOurs = false;
        for (var each = problem; each is not null; each = each.InnerException)
            isOurs |= each.StackTrace?.Split('\n').Any(IsFrameOfOurs) ?? false;
        if (!isOurs) return Outcome.RefusedByHost;
        return problem.GetBaseException() is FormatException ? Outcome.Refused : Outcome.OtherException;
    }

    private static bool IsFrameOfOurs(string frame) =>
        frame.Contains("at Backprop.", StringComparison.Ordinal) && !frame.Contains("at Backprop.ModelDamage", StringComparison.Ordinal);

    private static string OneLine(Exception problem) => $"{problem.GetType().Name}: {problem.Message.ReplaceLineEndings(" ")}";
}
