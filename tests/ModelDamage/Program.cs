using System.Globalization;
using Backprop.ModelDamage;

// [seed [first [count]]] → a table of outcomes; the exit code is 1 where something happened that must not.
// "worker seed first end" is the process that loads, started by the other.
if (args is ["worker", var workerSeed, var workerFirst, var workerEnd])
{
    Worker.Run(Number(workerSeed), Number(workerFirst), Number(workerEnd));
    return 0;
}
var tally = Supervisor.Run(
    seed: args.Length > 0 ? Number(args[0]) : 1,
    first: args.Length > 1 ? Number(args[1]) : 0,
    count: args.Length > 2 ? Number(args[2]) : 30_000);
tally.Print(Console.Out);
return tally.Faults.Count == 0 ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
