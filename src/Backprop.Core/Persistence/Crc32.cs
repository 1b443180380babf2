namespace Backprop.Persistence;

/// <summary>The checksum of zip files. The base library writes it, but does not compare it on reading.</summary>
/// <remarks>ISO 3309; polynomial 0xEDB88320 (reflected), four bits a step.</remarks>
internal static class Crc32
{
    private static ReadOnlySpan<uint> Steps =>
    [
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    ];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            crc = Steps[(int)(crc & 15)] ^ (crc >> 4);
            crc = Steps[(int)(crc & 15)] ^ (crc >> 4);
        }
        return ~crc;
    }
}
