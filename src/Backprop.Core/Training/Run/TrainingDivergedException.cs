namespace Backprop.Training;

/// <summary>Training was abandoned because the loss or a parameter was no longer finite.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int epoch, string what, double learningRate)
        : base($"Training diverged in epoch {epoch}: {what}. {Advice(learningRate)}") =>
            (Epoch, What, LearningRate) = (epoch, what, learningRate);

    /// <summary>Adds a cause that was found in the data.</summary>
    internal TrainingDivergedException(TrainingDivergedException problem, string cause)
        : base($"Training diverged in epoch {problem.Epoch}: {problem.What}. {cause}", problem) =>
            (Epoch, What, LearningRate) = (problem.Epoch, problem.What, problem.LearningRate);

    /// <summary>The epoch of the divergence, from 1.</summary>
    public int Epoch { get; }

    /// <summary>What was not finite.</summary>
    internal string What { get; }

    /// <summary>The learning rate of the step.</summary>
    internal double LearningRate { get; }

    // Schedules may begin with a learning rate of 0. A failure at this rate is not caused by the steps.
    private static string Advice(double learningRate) => learningRate > 0
        ? $"Try a smaller LearningRate (it was {learningRate:R}), standardize the features (NormalizeFeatures), or check features and " +
            $"labels for extreme values."
        : "It failed before the first step with a learning rate above 0. Check features and labels for extreme values, and standardize " +
            "the features (NormalizeFeatures).";
}
