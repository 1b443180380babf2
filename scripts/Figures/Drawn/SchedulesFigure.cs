using Backprop.Schedules;

namespace Backprop.Figures;

/// <summary>The factor of the learning rate over training, for some schedules.</summary>
internal static class SchedulesFigure
{
    public static string Draw()
    {
        var svg = new Svg(720, 330);
        var chart = new Chart(svg, (70, 56, 430, 200), new Axis(0, 100, [0, 25, 50, 75, 100]), new Axis(0, 1, [0, 0.25, 0.5, 0.75, 1]));
        chart.Name("Factor of LearningRate", "share of all steps, %");
        Add("ConstantSchedule", new ConstantSchedule(), Colours.Black);
        Add("StepDecay", new StepDecay(), Colours.Orange);
        Add("CosineDecay, warm-up", new CosineDecay { WarmUpShare = 0.1 }, Colours.Blue);
        Add("OneCycleSchedule", new OneCycleSchedule(), Colours.Green);
        Add("CosineLogarithmicSchedule", new CosineLogarithmicSchedule(), Colours.Pink);
        chart.NameCurves();
        return svg.ToString();

        // 100 epochs of 10 steps; up to the last step.
        void Add(string name, Schedule schedule, string colour)
        {
            var points = Enumerable.Range(0, 251).Select(i => Math.Min(4 * i, 999))
                .Select(step => (step / 9.99, schedule.FactorAt(new TrainingMoment(step, StepsPerEpoch: 10, Epochs: 100, Examples: 1000))));
            chart.Curve(name, points, colour);
        }
    }
}
