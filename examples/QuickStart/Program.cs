// How do I train, evaluate, save, load and predict? On the Iris flowers, or on a CSV file of yours.
using System.Globalization;
using Backprop.Training;
using QuickStart;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    if (args.Length == 0) Iris.Run();
    else CsvRun.Run(Arguments.Parse(args));
    return 0;
}
// What the user can mend (input, an unreadable or unwritable file, numbers too extreme to learn from) is one line; anything else is a bug
// and may show its stack.
catch (Exception error) when (error is UserError or IOException or UnauthorizedAccessException or TrainingDivergedException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
