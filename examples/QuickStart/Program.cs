// How do I train, evaluate, save, load and predict? On the Iris flowers, or on a CSV file of yours.
using System.Globalization;
using QuickStart;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    if (args.Length == 0) Iris.Run();
    else CsvRun.Run(Arguments.Parse(args));
    return 0;
}
catch (UserError error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
