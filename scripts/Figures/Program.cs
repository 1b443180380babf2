// Writes the figures of the documentation: dotnet run -c Release --project scripts/Figures. With names (overfitting …), only these.
using System.Globalization;
using Backprop;
using Backprop.Figures;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = Path.Combine(Repository.Root, "docs", "figures");
Directory.CreateDirectory(folder);
foreach (var (name, draw) in FigureList.Drawn.Concat(FigureList.Measured))
{
    if (args.Length > 0 && !args.Contains(name)) continue;
    Console.WriteLine($"== {name}");
    File.WriteAllText(Path.Combine(folder, name + ".svg"), draw());
}
