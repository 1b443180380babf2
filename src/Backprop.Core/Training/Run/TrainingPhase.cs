namespace Backprop.Training;

/// <summary>The phases of a training run, in their order. A phase without work is skipped.</summary>
public enum TrainingPhase
{
    /// <summary>Rows are counted, if a preset depends on the number of rows.</summary>
    Counting,

    /// <summary>Rows are read into memory, or a stream is read once for measurements.</summary>
    Reading,

    /// <summary>Quantiles, means and spreads of features and targets are measured.</summary>
    Measuring,

    /// <summary>Starting values of all layers are computed.</summary>
    Initializing,

    /// <summary>An epoch of training steps.</summary>
    Training,

    /// <summary>A validation check: the validation rows are scored and compared with their targets.</summary>
    Validating,

    /// <summary>The loss after the last update is checked.</summary>
    Checking,

    /// <summary>Temperature and decision threshold are chosen on the validation rows.</summary>
    Calibrating,

    /// <summary>A second network is trained on all rows: <see cref="EarlyStopping.RefitOnAllRows"/>.</summary>
    Refitting,

    /// <summary>A trial of a search is trained, or trials are selected.</summary>
    Searching,
}

/// <summary>Reports that a phase of training begins.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Description">A description of the phase, such as "Measuring 200,000 rows of 50 features".</param>
/// <param name="Epoch">The epoch, from 1 on; 0 outside of epochs.</param>
public sealed record TrainingPhaseReport(TrainingPhase Phase, string Description, int Epoch = 0)
{
    /// <summary>The planned number of epochs, if an epoch of <see cref="TrainingPhase.Training"/> begins; otherwise 0.</summary>
    public int PlannedEpochs { get; init; }
}
