using CsCheck;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>
/// A model file that was damaged on its way is refused by <c>ml.Model.Load</c>, and the innermost reason is a <see
/// cref="FormatException"/>.
/// </summary>
public class DamagedModelTests
{
    private static readonly MLContext _ml = new(seed: 1);
    private static readonly IDataView _data = _ml.Data.LoadFromEnumerable(EdgeRows.Make(20));
    private static readonly ModelZip _regression = Save(nameof(EdgeRow.Value)), _twin = Save(nameof(EdgeRow.Value), seed: 6);

    public static TheoryData<string> Entries => [ModelZip.Transformer, ModelZip.TrainSchema, ModelZip.Model, ModelZip.Network];

    [Theory, MemberData(nameof(Entries))]
    public void A_flipped_bit_in_any_entry_is_noticed(string entry)
    {
        // ML.NET's header and the assembly's name, which it reads before it calls our code.
        var isFirst = entry == ModelZip.Transformer;
        int first = isFirst ? 256 : 0, end = isFirst ? ModelZip.AssemblyNameIn(_regression[entry]).Start : _regression[entry].Length;
        Gen.Select(Gen.Int[first, end - 1], Gen.Int[0, 7]).Sample((position, bit) =>
        {
            byte[] content = [.. _regression[entry]];
            content[position] ^= (byte)(1 << bit);
            Refuse(_regression.With(entry, content));
        }, iter: 150);
    }

    [Theory, MemberData(nameof(Entries))]
    public void A_truncated_entry_is_noticed(string entry)
    {
        var content = _regression[entry];
        Gen.Int[0, content.Length - 1].Sample(length => Refuse(_regression.With(entry, content[..length])), iter: 50);
    }

    [Theory, MemberData(nameof(Entries))]
    public void An_entry_with_something_behind_it_is_noticed(string entry) =>
        Gen.Byte.Array[1, 100].Sample(tail => Refuse(_regression.With(entry, [.. _regression[entry], .. tail])), iter: 30);

    [Theory, MemberData(nameof(Entries))]
    public void An_entry_with_a_piece_missing_or_repeated_is_noticed(string entry)
    {
        var content = _regression[entry];
        Gen.Select(Gen.Int[0, Math.Max(0, content.Length - 50)], Gen.Int[1, 50], Gen.Bool).Sample((position, length, repeated) =>
        {
            var end = Math.Min(position + length, content.Length);
            byte[] damaged = repeated ? [.. content[..end], .. content[position..]] : [.. content[..position], .. content[end..]];
            if (!damaged.AsSpan().SequenceEqual(content)) Refuse(_regression.With(entry, damaged));
        }, iter: 50);
    }

    [Theory, MemberData(nameof(Entries))]
    public void A_model_without_one_of_its_entries_is_refused(string entry)
    {
        if (entry != ModelZip.Transformer) Assert.Contains(entry, Refuse(_regression.Without(entry)), StringComparison.Ordinal);
    }

    // Same columns, same shapes: nothing but the checksum tells them apart.
    [Theory, MemberData(nameof(Entries))]
    public void An_entry_of_another_model_with_the_same_shapes_is_refused(string entry)
    {
        var isTheSame = _twin[entry].AsSpan().SequenceEqual(_regression[entry]);
        Assert.Equal(entry == ModelZip.TrainSchema, isTheSame);
        if (!isTheSame) Refuse(_regression.With(entry, _twin[entry]));
    }

    [Fact]
    public void Folders_of_two_networks_in_one_file_cannot_be_exchanged()
    {
        var first = new BackpropTrainer(_ml, Samples.Quick(nameof(EdgeRow.Value), nameof(EdgeRow.Features)));
        var second = EdgeRows.Trainer(_ml, nameof(EdgeRow.Weight));
        var model = new EstimatorChain<ITransformer>().Append(first).Append(second).Fit(_data);
        var zip = ModelZip.Save(_ml, model, _data);
        Assert.Contains("contains the checksum of another folder", Refuse(zip.Renamed(Exchanged)), StringComparison.Ordinal);

        static string Exchanged(string name) => name.Contains("_000", StringComparison.Ordinal)
            ? name.Replace("_000", "_001", StringComparison.Ordinal)
            : name.Replace("_001", "_000", StringComparison.Ordinal);
    }

    // Model.key of the transformer: ML.NET unpacks it, to disk, before our code is reached.
    [Theory, MemberData(nameof(Entries))]
    public void An_entry_that_unpacks_to_far_more_than_was_saved_is_refused_in_little_memory(string entry)
    {
        var bomb = _regression.With(entry, [.. _regression[entry], .. new byte[50_000_000]]).ToBytes();
        Assert.InRange(bomb.Length, 0, 500_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.IsType<FormatException>(Assert.ThrowsAny<Exception>(() => _ml.Model.Load(new MemoryStream(bomb), out _)).GetBaseException());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    [Fact]
    public void The_model_parameters_alone_are_checked_as_well()
    {
        var model = ((BackpropTransformer)_regression.Load(_ml)).Model;
        var file = LoneModel.Save(model);
        Assert.Equal(model.History, LoneModel.Load(_ml, file).History);
        Gen.Select(Gen.Int[0, file.Network.Length - 1], Gen.Int[0, 7]).Sample((position, bit) =>
        {
            byte[] network = [.. file.Network];
            network[position] ^= (byte)(1 << bit);
            var problem = Assert.ThrowsAny<Exception>(() => LoneModel.Load(_ml, file with { Network = network }));
            Assert.IsType<FormatException>(problem.GetBaseException());
        }, iter: 50);
    }

    // Otherwise every refusal could come from the taking apart and putting together.
    [Fact]
    public void An_undamaged_model_is_loaded() =>
        Assert.IsType<BackpropTransformer>(_regression.With(ModelZip.Network, [.. _regression[ModelZip.Network]]).Load(_ml));

    private static string Refuse(ModelZip zip)
    {
        var problem = Assert.ThrowsAny<Exception>(() => zip.Load(_ml));
        return Assert.IsType<FormatException>(problem.GetBaseException()).Message;
    }

    private static ModelZip Save(string label, int seed = 5) =>
        ModelZip.Save(_ml, EdgeRows.Trainer(_ml, label, seed: seed).Fit(_data), _data);
}
