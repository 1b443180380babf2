namespace Backprop.Figures;

/// <summary>All figures by name. Each function returns the text of an SVG file.</summary>
public static class FigureList
{
    /// <summary>Figures that need no training: the same on every machine, so a test compares them with the files.</summary>
    public static IReadOnlyDictionary<string, Func<string>> Drawn { get; } = new Dictionary<string, Func<string>>
    {
        ["network"] = NetworkFigure.Draw,
        ["chain-rule"] = ChainRuleFigure.Draw,
        ["pipeline"] = PipelineFigure.Draw,
        ["architecture"] = ArchitectureFigure.Draw,
        ["schedules"] = SchedulesFigure.Draw,
        ["accuracy-against-lightgbm"] = AccuracyFigure.Draw,
    };

    /// <summary>Figures of training runs. They take a minute, and other processors round the last bit differently: no test compares
    /// them.</summary>
    public static IReadOnlyDictionary<string, Func<string>> Measured { get; } = new Dictionary<string, Func<string>>
    {
        ["training-curve"] = TrainingCurveFigure.Draw,
        ["vanishing-gradient"] = VanishingGradientFigure.Draw,
        ["overfitting"] = OverfittingFigure.Draw,
        ["learning-rates"] = LearningRatesFigure.Draw,
    };
}
