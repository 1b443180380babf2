namespace Backprop.Training;

/// <summary>The scheduled values of one step.</summary>
/// <param name="LearningRate">α</param>
/// <param name="AveragingShare">The weight of the updated parameters in their average, if there is one.</param>
/// <param name="WeightDecayFactor">Factor of the decoupled weight decay.</param>
/// <param name="MomentumFactor">Factor of the optimizer's momentum.</param>
/// <param name="DropoutFactor">Factor of every dropout layer's rate.</param>
/// <param name="LabelSmoothingFactor">Factor of the loss's label smoothing.</param>
internal readonly record struct StepValues(
    double LearningRate, double AveragingShare = 1, double WeightDecayFactor = 1, double MomentumFactor = 1, double DropoutFactor = 1,
        double LabelSmoothingFactor = 1);
