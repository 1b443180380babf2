namespace Backprop.Training;

/// <summary>Training was given up because the loss or a parameter was no longer a finite number.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int epoch, string what, double learningRate) : base(
        $"Training diverged in epoch {epoch}: {what}. Try a smaller LearningRate (it was {learningRate:R}), standardize the features (NormalizeFeatures), or look for extreme values among features and labels.") =>
        Epoch = epoch;

    /// <summary>The pass in which it happened, from 1.</summary>
    public int Epoch { get; }
}
