using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>Up along a line during warm-up, then down along half a cosine from 1 to β.</summary>
/// <remarks>Loshchilov and Hutter (2017), "SGDR", arXiv:1608.03983, without restarts; as PyTorch's CosineAnnealingLR. Warm-up after Goyal
/// et al. (2017), arXiv:1706.02677: step k of w has (k + 1)/w.</remarks>
public sealed record CosineDecay : Schedule
{
    /// <summary>The share of all steps used for warm-up.</summary>
    /// <value>0; in [0, 1].</value>
    public double WarmUpShare
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    }

    /// <summary>β: the factor at the end.</summary>
    /// <value>0; in [0, 1].</value>
    public double EndFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    }

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment)
    {
        double warmUp = WarmUpShare * moment.TotalSteps;
        return moment.Step < warmUp
            ? Math.Min(1, (moment.Step + 1) / warmUp)
            : EndFactor + (1 - EndFactor) * HalfCosine((moment.Step - warmUp) / Math.Max(1, moment.TotalSteps - warmUp));
    }
}
