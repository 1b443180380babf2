namespace Backprop.Training;

/// <summary>Training was given up because the loss or a parameter was no longer a finite number.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int epoch, string what, double learningRate)
        : base($"Training diverged in epoch {epoch}: {what}. {Advice(learningRate)}") => (Epoch, What) = (epoch, what);

    /// <summary>The same with a cause that was found in the data.</summary>
    internal TrainingDivergedException(TrainingDivergedException problem, string cause)
        : base($"Training diverged in epoch {problem.Epoch}: {problem.What}. {cause}", problem) =>
            (Epoch, What) = (problem.Epoch, problem.What);

    /// <summary>The epoch in which it happened, from 1.</summary>
    public int Epoch { get; }

    private string What { get; }

    // Schedules may begin with a rate of 0. What fails then has not failed by its steps.
    private static string Advice(double learningRate) => learningRate > 0
        ? $"Try a smaller LearningRate (it was {learningRate:R}), standardize the features (NormalizeFeatures), or look for extreme " +
            $"values among features and labels."
        : "It failed before the first step with a learning rate above 0, so look for extreme values among features and labels, and " +
            "standardize the features (NormalizeFeatures).";
}
