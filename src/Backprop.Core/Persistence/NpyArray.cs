using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Backprop.Persistence;

/// <summary>NumPy's format for one array: a header in the syntax of Python, then the values.</summary>
/// <remarks>Versions 1.0, 2.0 and 3.0 of the format are read, and 1.0 is written. Source: NumPy, "numpy.lib.format".</remarks>
internal static partial class NpyArray
{
    private const int MaxHeader = 4096, Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static void Write(Stream stream, WeightArray array)
    {
        var dimensions = string.Join(", ", array.Shape.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture)));
        var comma = array.Shape.Length == 1 ? "," : ""; // as in Python: (3,) is a tuple, (3) is not
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({dimensions}{comma}), }}";
        var prefix = Magic.Length + 4;
        var length = (prefix + header.Length + 1 + Alignment - 1) / Alignment * Alignment - prefix;
        Span<byte> lengthBytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(lengthBytes, (ushort)length);
        stream.Write([.. Magic, 1, 0, .. lengthBytes, .. Encoding.ASCII.GetBytes(header.PadRight(length - 1)), (byte)'\n']);
        WeightData.Write(stream, array.Values);
    }

    /// <exception cref="FormatException">The bytes are damaged, or not an array of single or double precision.</exception>
    /// <exception cref="ArgumentException">The name, the shape or a value is not allowed.</exception>
    public static WeightArray Read(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes.StartsWith(Magic))
            throw new FormatException($"Array '{name}' does not begin as a file .npy does.");
        var version = bytes[Magic.Length];
        if (version is < 1 or > 3 || bytes[Magic.Length + 1] != 0)
            throw new FormatException(
                $"Array '{name}' has version {version}.{bytes[Magic.Length + 1]} of the format .npy; 1.0, 2.0 and 3.0 are read.");
        var start = version == 1 ? 10 : 12;
        var length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > MaxHeader || start + length > bytes.Length)
            throw new FormatException(
                $"Array '{name}' announces a header of {length} bytes, but {bytes.Length - start} bytes follow, and at most {MaxHeader} " +
                $"are allowed.");
        var (size, isFortran, shape) = Parse(name, Encoding.UTF8.GetString(bytes.Slice(start, (int)length)));
        return WeightData.Read(name, shape, bytes[(start + (int)length)..], size, isFortran);
    }

    private static (int Size, bool IsFortran, int[] Shape) Parse(string name, string text)
    {
        var header = HeaderText().Match(text);
        var members = new Dictionary<string, string>();
        for (var i = 0; i < header.Groups["key"].Captures.Count; i++)
            members[header.Groups["key"].Captures[i].Value] = header.Groups["value"].Captures[i].Value;
        if (members.Count != 3) throw new FormatException($"Array '{name}' has a header that is not of the format .npy: {text.Trim()}");
        var type = members["descr"].Trim('\'', '"');
        var size = type switch
        {
            "<f4" => 4,
            "<f8" => 8,
            _ => throw new FormatException(
                $"Array '{name}' has the type '{type}'; '<f4' and '<f8' are allowed. In Python, convert it by astype(numpy.float32)."),
        };
        var shape = members["shape"].Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (size, members["fortran_order"] == "True", [.. shape.Select(dimension => Dimension(name, dimension))]);
    }

    private static int Dimension(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var dimension)
            ? dimension
            : throw new FormatException($"Array '{name}' has the dimension {text}; at most {Array.MaxLength} is allowed.");

    // A dictionary of Python with three members, in any order.
    [GeneratedRegex(
        """
        ^\s*\{(\s*(
        ['"](?<key>descr)['"]\s*:\s*(?<value>'[^']*'|"[^"]*")|
        ['"](?<key>fortran_order)['"]\s*:\s*(?<value>True|False)|
        ['"](?<key>shape)['"]\s*:\s*(?<value>\([0-9,\s]*\))
        )\s*(,|(?=\}))){3}\s*\}\s*\z
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex HeaderText();
}
