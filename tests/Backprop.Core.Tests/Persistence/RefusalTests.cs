using System.Buffers.Binary;
using System.Security.Cryptography;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

/// <summary>A refusal says what is wrong with the file.</summary>
public class RefusalTests
{
    private static readonly string Header = Saved.Header(Reading.Original);
    private static readonly byte[] Floats = Saved.Floats(Reading.Original);

    [Fact]
    public void The_forge_makes_the_bytes_of_the_writer() => Assert.Equal(Reading.Original, Saved.Forge(Header, Floats));

    [Fact]
    public void Something_else_is_no_saved_network()
    {
        AssertRefused("not a saved network", []);
        AssertRefused("not a saved network", new byte[100]);
        AssertRefused("not a saved network", Reading.Original[..7]);
    }

    [Fact]
    public void A_later_version_is_named()
    {
        var body = Reading.Original[..^SHA256.HashSizeInBytes];
        body[8] = 2;
        AssertRefused("saved in version 2 of the format; this library reads version 1", Saved.Seal(body));
    }

    [Fact]
    public void A_damaged_byte_is_found_by_the_checksum()
    {
        byte[] file = [.. Reading.Original];
        file[^100] ^= 1;
        AssertRefused("its checksum does not match", file);
    }

    [Fact]
    public void A_missing_byte_is_found_by_the_length() =>
        AssertRefused($"{Reading.Original.Length - 1} bytes, but its header announces {Reading.Original.Length}", Reading.Original[..^1]);

    [Fact]
    public void Bytes_that_no_length_announces_are_refused_even_under_a_right_checksum() =>
        AssertRefused("more than the", Saved.Seal([.. Reading.Original[..^SHA256.HashSizeInBytes], 1, 2, 3, 4]));

    // Four times this count wraps around to a small number in 32 bits.
    [Fact]
    public void Counts_that_would_wrap_around_are_refused()
    {
        byte[] file = [.. Reading.Original];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), int.MaxValue);
        AssertRefused("2147483647 floats, 8589", file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), -1);
        AssertRefused("damaged", file);
    }

    [Fact]
    public void An_unknown_layer_is_refused_by_name() =>
        AssertRefused(
            "Recurrent", Saved.Forge(Header.Replace("{\"type\":\"Dense\"", "{\"type\":\"Recurrent\"", StringComparison.Ordinal), Floats));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_parameter_that_is_not_finite_is_refused_by_index(float value)
    {
        byte[] floats = [.. Floats];
        BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(4 * 123), value);
        AssertRefused("Parameter 123", Saved.Forge(Header, floats));
    }

    [Fact]
    public void Layers_that_do_not_fit_are_refused_with_both_widths() =>
        AssertRefused(
            "Layer 1 (ActivationLayer) has 80 inputs, but layer 0 (Dense) has 81 outputs",
            Saved.Forge(Header.Replace("\"outputs\":80", "\"outputs\":81", StringComparison.Ordinal), Floats));

    [Fact]
    public void Too_few_numbers_are_refused() =>
        AssertRefused("floats do not fit network 40-80-64-10", Saved.Forge(Header, Floats.AsSpan(4)));

    [Theory]
    [InlineData("\"type\":\"Tanh\"", "\"type\":\"tanh\"")]
    [InlineData("\"outputs\":80", "\"outputs\":-80")]
    [InlineData("\"outputs\":80", "\"outputs\":8e1000")]
    [InlineData("\"bestEpoch\":17", "\"bestEpoch\":21")]
    [InlineData("\"bestEpoch\":17", "\"bestEpoch\":17,\"temperature\":0")]
    [InlineData("\"bestEpoch\":17", "\"bestEpoch\":17,\"more\":0")]
    [InlineData("\"bestEpoch\":17", "\"bestEpoch\":17,\"predictionsAreBounded\":true")]
    [InlineData("{\"loss\":", "{\"loss\":{\"loss\":")]
    public void A_header_that_contradicts_itself_is_refused_by_an_exception_without_another_below(string words, string others)
    {
        Assert.Contains(words, Header);
        AssertRefused("contradicts itself", Saved.Forge(Header.Replace(words, others, StringComparison.Ordinal), Floats));
    }

    [Fact]
    public void A_missing_layer_or_a_report_without_numbers_is_refused()
    {
        AssertRefused("Layer 0 is missing", Saved.Forge(Small(layers: "[null]"), []));
        AssertRefused(
            "Epoch report 1 is missing",
            Saved.Forge(Small(history: "[{\"epoch\":1,\"learningRate\":1,\"trainingLoss\":1,\"validationLoss\":null},null]"), new byte[8]));
        AssertRefused(
            "not finite",
            Saved.Forge(Small(history: "[{\"epoch\":1,\"learningRate\":1,\"trainingLoss\":1e999,\"validationLoss\":null}]"), new byte[8]));
    }

    [Fact]
    public void A_best_epoch_that_never_was_is_refused() =>
        AssertRefused(
            "best epoch is 1, but there are 0",
            Saved.Forge(Small().Replace("\"bestEpoch\":0", "\"bestEpoch\":1", StringComparison.Ordinal), new byte[8]));

    // Only parameters bound the widths of a network: without any, a few bytes could ask for gigabytes of scratch memory.
    [Fact]
    public void A_network_without_parameters_is_refused() =>
        AssertRefused(
            "no parameters",
            Saved.Forge(Small(layers: "[{\"type\":\"ActivationLayer\",\"width\":2000000000,\"activation\":{\"type\":\"Tanh\"}}]"), []));

    [Fact]
    public void A_stream_that_is_missing_is_no_damaged_file() =>
        Assert.Throws<ArgumentNullException>("stream", () => NetworkFormat.Read(null!));

    private static string Small(string layers = "[{\"type\":\"Dense\",\"inputs\":1,\"outputs\":1}]", string history = "[]")
    {
        const string flags = "\"inputsAreStandardized\":false,\"targetsAreStandardized\":false";
        return $$"""{"loss":{"type":"SquaredError"},"layers":{{layers}},{{flags}},"history":{{history}},"bestEpoch":0}""";
    }

    // Callers see these exceptions inside those of others, and find them by GetBaseException.
    private static void AssertRefused(string words, byte[] file)
    {
        var refusal = Assert.Throws<FormatException>(() => Saved.Read(file));
        Assert.Contains(words, refusal.Message);
        Assert.Null(refusal.InnerException);
    }
}
