using Backprop.ML.Data;
using Backprop.ML.Tests.Scenarios;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Distribution;

/// <summary>Several views as one, whose parts the trainer recognizes.</summary>
public sealed class PartitionedViewTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IHost Host => ((IHostEnvironment)_ml).Register("test");

    [Fact]
    public void The_rows_are_those_of_all_parts_in_order()
    {
        var (examples, all) = (Synthetic.Examples(50), InParts(10, 15, 25));
        Assert.Equal(50, all.GetRowCount());
        Assert.Equal(examples.Select(example => example.Main), all.GetColumn<float>(nameof(Example.Main)));
        Assert.Equal(50, Ids(all).Distinct().Count());
    }

    [Fact]
    public void A_part_has_the_rows_and_identifiers_of_the_whole_behind_transforms_of_rows()
    {
        var all = InParts(10, 15, 25);
        var prepared = Synthetic.Preparation(_ml).Append(_ml.Transforms.SelectColumns("Features", Synthetic.Kind)).Fit(all).Transform(all);
        foreach (var view in (IDataView[])[all, prepared])
        {
            var parts = PartitionedView.PartsOf(Host, view);
            Assert.Equal([10, 15, 25], parts.Select(part => Ids(part).Length));
            Assert.Equal(Ids(view), parts.SelectMany(Ids));
        }
        var features = PartitionedView.PartsOf(Host, prepared).SelectMany(part => part.GetColumn<float[]>("Features"));
        Assert.Equal(prepared.GetColumn<float[]>("Features"), features);
    }

    [Fact]
    public void A_view_of_one_part_is_a_part()
    {
        var view = InParts(20);
        Assert.Equal(Ids(view), Ids(Assert.Single(PartitionedView.PartsOf(Host, view))));
    }

    [Fact]
    public void Behind_a_transform_that_drops_rows_there_are_no_parts()
    {
        var all = InParts(10, 15);
        Assert.Empty(PartitionedView.PartsOf(Host, _ml.Data.FilterRowsByColumn(all, nameof(Example.Main), lowerBound: 0)));
        Assert.Empty(PartitionedView.PartsOf(Host, _ml.Data.Cache(all)));
        Assert.Empty(PartitionedView.PartsOf(Host, _ml.Data.SkipRows(all, 3)));
        Assert.Empty(PartitionedView.PartsOf(Host, Synthetic.Prepared(_ml, 10)));
    }

    [Fact]
    public void Parts_without_anything_in_common_are_refused_by_name()
    {
        var data = _ml.Data.LoadFromEnumerable(Synthetic.Examples(10));
        var renamed = _ml.Transforms.SelectColumns(nameof(Example.Main)).Fit(data).Transform(data);
        var converted = _ml.Transforms.Conversion.ConvertType(nameof(Example.Main), outputKind: DataKind.Double).Fit(data).Transform(data);
        AssertRefused("Part 1 (of 0 to 1) has the columns 'Main', but part 0 has", data, renamed);
        const string types = "Part 1 (of 0 to 1) has column 'Main' of type Single, but part 0 has type Double";
        AssertRefused(types, converted, Reordered(data, converted));
        AssertRefused("There are no parts");
        AssertRefused("Part 1 is null", data, null!);
    }

    [Fact]
    public void Parts_with_other_keys_are_refused_by_name()
    {
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", nameof(Example.Kind));
        IDataView[] parts = [.. ((string[][])[["low", "high"], ["high", "low"], ["low", "middle"]]).Select(kinds =>
        {
            var data = _ml.Data.LoadFromEnumerable(kinds.Select(kind => new Example { Kind = kind }));
            return keys.Fit(data).Transform(data);
        })];
        const string where = "has other key values in column 'Key' than part 0";
        AssertRefused($"Part 1 (of 0 to 1) {where}: another order. Fit the mapping once", parts[0], parts[1]);
        AssertRefused($"Part 1 (of 0 to 1) {where}: 1 missing ('high'); 1 new ('middle')", parts[0], parts[2]);
    }

    // The same columns as the other view, which has two of the name Main.
    private IDataView Reordered(IDataView data, IDataView like)
    {
        var copied = _ml.Transforms.CopyColumns(nameof(Example.Main), nameof(Example.Main)).Fit(data).Transform(data);
        Assert.Equal(like.Schema.Select(column => column.Name), copied.Schema.Select(column => column.Name));
        return copied;
    }

    private void AssertRefused(string expected, params IDataView[] parts)
    {
        var problem = Assert.ThrowsAny<ArgumentException>(() => _ml.Data.InPartitions(parts));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    private IDataView InParts(params int[] sizes)
    {
        var examples = Synthetic.Examples(sizes.Sum());
        var ends = sizes.Select((_, part) => sizes[..(part + 1)].Sum());
        return _ml.Data.InPartitions([.. sizes.Zip(ends, (size, end) => _ml.Data.LoadFromEnumerable(examples[(end - size)..end]))]);
    }

    private static (ulong, ulong)[] Ids(IDataView view)
    {
        List<(ulong, ulong)> ids = [];
        using var cursor = view.GetRowCursor([]);
        var getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getter(ref id);
            ids.Add((id.Low, id.High));
        }
        return [.. ids];
    }
}
