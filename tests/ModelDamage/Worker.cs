using System.Globalization;
using Microsoft.ML;

namespace Backprop.ModelDamage;

/// <summary>
/// The process that loads: prints a number before it loads, and the outcome after. Its parent ends it where nothing
/// follows.
/// </summary>
internal static class Worker
{
    public static void Run(int seed, int first, int end)
    {
        var ml = new MLContext(1);
        var models = SampleModels.Make(ml);
        var maker = new DamageMaker(models, seed);
        var trial = new Trial(ml, models);
        for (var number = first; number < end; number++)
        {
            var damage = maker.Make(number);
            Console.WriteLine(string.Join('\t', number.ToString(CultureInfo.InvariantCulture), damage.Group, Clean(damage.What)));
            var result = trial.Run(damage);
            var allocated = result.Allocated.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(string.Join('\t', result.Outcome, allocated, Clean(result.Detail)));
        }
    }

    private static string Clean(string text) => text.Replace('\t', ' ').ReplaceLineEndings(" ");
}
