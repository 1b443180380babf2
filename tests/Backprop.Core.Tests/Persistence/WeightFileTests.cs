using System.IO.Compression;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Weights come back from every format as they were, and files of other content are refused by name.</summary>
public class WeightFileTests
{
    public static TheoryData<string> Formats => [.. WeightFiles.Formats.Keys];

    [Theory, MemberData(nameof(Formats))]
    public void Weights_come_back_to_the_bit(string format)
    {
        var weights = new NetworkWeights(
            new WeightArray("layers.0.weights", [3, 4], TestNumbers.Normal(12, seed: 1)),
            new WeightArray("b", [5], [float.Epsilon, -0f, float.MaxValue, float.MinValue, 1f / 3]),
            new WeightArray("temperature", [], [2.5f]), new WeightArray("größe/α \"x\"", [1, 2, 1, 2], [1, 2, 3, 4]));
        var copy = WeightFiles.Load(format, WeightFiles.Bytes(format, weights));
        Assert.Equal(weights.Select(array => array.ToString()), copy.Select(array => array.ToString()));
        foreach (var array in weights) TestNumbers.AssertSameBits(array.Values, copy[array.Name].Values);
    }

    [Theory, MemberData(nameof(Formats))]
    public void The_same_weights_have_the_same_bytes_and_no_arrays_are_allowed(string format)
    {
        var weights = new NetworkWeights(new WeightArray("a", [2], [1, 2]));
        Assert.Equal(WeightFiles.Bytes(format, weights), WeightFiles.Bytes(format, weights));
        Assert.Empty(WeightFiles.Load(format, WeightFiles.Bytes(format, new NetworkWeights())));
    }

    [Fact]
    public void Files_replace_earlier_ones_and_errors_name_them()
    {
        var folder = Directory.CreateTempSubdirectory("backprop-weights-");
        try
        {
            var path = Path.Combine(folder.FullName, "w");
            var weights = new NetworkWeights(new WeightArray("a", [2], [1, 2]));
            File.WriteAllBytes(path, new byte[10_000]);
            weights.SaveNpz(path);
            Assert.Equal([1, 2], NetworkWeights.LoadNpz(path)["a"].Values.ToArray());
            weights.SaveSafetensors(path);
            Assert.Equal([1, 2], NetworkWeights.LoadSafetensors(path)["a"].Values.ToArray());
            weights.SaveJson(path);
            Assert.Equal([1, 2], NetworkWeights.LoadJson(path)["a"].Values.ToArray());
            Assert.StartsWith($"File '{path}': ", Assert.Throws<FormatException>(() => NetworkWeights.LoadNpz(path)).Message);
            Assert.Throws<FileNotFoundException>(() => NetworkWeights.LoadNpz(path + "2"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("{}", "arrays")]
    [InlineData("""{"format": "x", "version": 1, "arrays": {}}""", "'Backprop.ML weights' of version 1 is needed")]
    [InlineData("""{"format": "Backprop.ML weights", "version": 2, "arrays": {}}""", "of version 2")]
    [InlineData("""{"format": "Backprop.ML weights", "version": 1, "arrays": {"a": null}}""", "'a' is null")]
    [InlineData("""{"format": "Backprop.ML weights", "version": 1, "arrays": {"a": {"shape": [3], "values": [1]}}}""", "3 values")]
    [InlineData("""{"format": "Backprop.ML weights", "version": 1, "arrays": {"a": {"shape": [0], "values": []}}}""", "at least 1")]
    [InlineData("""{"format": "Backprop.ML weights", "version": 1, "arrays": {"a": {"shape": [1], "values": [1e99]}}}""", "finite")]
    [InlineData(
        """{"format": "Backprop.ML weights", "version": 1, "arrays": {"a": {"shape": [99999, 99999], "values": []}}}""", "at most")]
    [InlineData(
        """
        {"format": "Backprop.ML weights", "version": 1,
         "arrays": {"a": {"shape": [], "values": [1]}, "a": {"shape": [], "values": [1]}}}
        """,
        "uplicate")]
    public void JSON_of_other_content_is_refused(string json, string expected) =>
        AssertRefused("JSON", System.Text.Encoding.UTF8.GetBytes(json), expected);

    [Theory]
    [InlineData("""{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}""", 4, "F16; F32 and F64 are allowed")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}""", 4, "8 bytes are needed")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}""", 8, "8 bytes follow")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}""", 8, "must begin at 0")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 9223372036854775807]}}""", 4, "from 0 to")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}""", 4, "at least 1")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}""", 4, "two offsets")]
    [InlineData("""{"a": null}""", 0, "two offsets")]
    [InlineData("[]", 0, "JSON")]
    public void Safetensors_of_other_content_are_refused(string header, int data, string expected) =>
        AssertRefused("safetensors", WeightFiles.Safetensors(header, data), expected);

    [Fact]
    public void Safetensors_are_read_in_double_precision_with_metadata_and_in_any_order()
    {
        const string header = """
            {"b": {"dtype": "F32", "shape": [], "data_offsets": [8, 12]}, "__metadata__": {"format": "pt"},
             "a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}
            """;
        byte[] file = [.. WeightFiles.Safetensors(header, 0), .. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(3f)];
        var weights = WeightFiles.Load("safetensors", file);
        Assert.Equal(0.1f, weights["a"].Values[0]);
        Assert.Equal(3f, weights["b"].Values[0]);
        AssertRefused(
            "safetensors", [.. WeightFiles.Safetensors(header, 0), .. BitConverter.GetBytes(1e99), .. new byte[4]], "single precision");
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, "'|O'")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "'<f4' and '<f8' are allowed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "8 bytes are needed")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", 4, "99999999999")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }", 4, "at most")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'fortran_order': False}", 4, "not of the format")]
    [InlineData("{'descr': '<f4', 'shape': (1,)}", 4, "not of the format")]
    [InlineData("import os", 4, "not of the format")]
    public void Arrays_of_other_content_are_refused(string header, int data, string expected) =>
        AssertRefused("npz", WeightFiles.Zip("a.npy", WeightFiles.Npy(header, data)), expected);

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1)]
    [InlineData("""{"shape": (3, ), "fortran_order": True,"descr":"<f4"}    """, 2)]
    [InlineData("{ 'descr' : '<f4' , 'shape' : (3,) , 'fortran_order' : False }", 3)]
    public void Headers_of_every_version_and_spelling_are_read(string header, byte version) =>
        Assert.Equal("a [3]", WeightFiles.Load("npz", WeightFiles.Zip("a.npy", WeightFiles.Npy(header, 12, version)))[0].ToString());

    [Fact]
    public void Archives_with_other_entries_or_versions_are_refused()
    {
        AssertRefused("npz", WeightFiles.Zip("a.txt", [1]), "does not end in .npy");
        AssertRefused("npz", WeightFiles.Zip(".npy", WeightFiles.Npy("{}", 0)), "not of the format");
        AssertRefused("npz", WeightFiles.Zip("a.npy", WeightFiles.Npy("{}", 0, version: 4)), "version 4.0");
        AssertRefused("npz", WeightFiles.Zip("a.npy", new byte[100]), "does not begin");
        AssertRefused("npz", new byte[100], "npz");
    }

    [Fact]
    public void An_archive_that_expands_far_is_refused_before_it_fills_the_memory()
    {
        const string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (30000000,), }";
        var file = WeightFiles.Zip("a.npy", WeightFiles.Npy(header, 120_000_000), CompressionLevel.SmallestSize);
        Assert.InRange(file.Length, 0, 1_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused("npz", file, "too much for an archive");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [Fact]
    public void A_length_that_does_not_arrive_takes_no_memory()
    {
        var file = WeightFiles.Safetensors("{}", 0, length: 99_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused("safetensors", file, "announces a header of 99000000 bytes");
        AssertRefused("safetensors", WeightFiles.Safetensors("{}", 0, length: -1), "announces a header");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Fortran_order_of_three_dimensions_becomes_row_major()
    {
        byte[] data = [.. Enumerable.Range(0, 24).SelectMany(i => BitConverter.GetBytes((float)i))];
        byte[] npy = [.. WeightFiles.Npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }", 0), .. data];
        var values = WeightFiles.Load("npz", WeightFiles.Zip("a.npy", npy))["a"].Values;
        for (var i = 0; i < 2; i++)
            for (var j = 0; j < 3; j++)
                for (var k = 0; k < 4; k++)
                    Assert.Equal(i + 2 * j + 6 * k, values[(i * 3 + j) * 4 + k]);
    }

    private static void AssertRefused(string format, byte[] file, string expected)
    {
        var problem = Assert.Throws<FormatException>(() => WeightFiles.Load(format, file));
        Assert.Null(problem.InnerException);
        Assert.Contains(expected, problem.Message);
    }
}
