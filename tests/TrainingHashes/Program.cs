using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrainingHashes;

// Prints the instruction sets in use, and then one line for each training: its name and the hashes that 1, 2, 3 and 4 threads give.
// They must be equal; with "--write FILE", names and hashes are written there. Where a change of bits is meant, write both files anew:
//   dotnet run --project tests/TrainingHashes -- --write tests/TrainingHashes/fused.txt
//   DOTNET_EnableAVX2=0 dotnet run --project tests/TrainingHashes -- --write tests/TrainingHashes/unfused.txt
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Console.WriteLine($"AVX-512 {Vector512.IsHardwareAccelerated}, AVX2 {Avx2.IsSupported}, vectors {Vector128.IsHardwareAccelerated}");
        var lines = new List<string>();
        var areEqual = true;
        foreach (var training in Trainings.All)
        {
            string[] hashes = [.. Enumerable.Range(1, 4).Select(threads => training.Hash(threads)).Distinct()];
            areEqual &= hashes.Length == 1;
            lines.Add($"{training.Name}; {string.Join(", ", hashes)}");
            Console.WriteLine(lines[^1]);
        }
        if (arguments is ["--write", var file]) File.WriteAllLines(file, lines);
        return areEqual ? 0 : 1;
    }
}
