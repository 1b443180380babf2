using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>How features are stored says nothing about their values.</summary>
public class SparseFeatureTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Theory, MemberData(nameof(Labels))]
    public void Sparse_features_train_the_same_bits_as_dense_ones(string label)
    {
        var data = _ml.Data.LoadFromEnumerable(EdgeRows.Make(30));
        var dense = EdgeRows.Trainer(_ml, label).Fit(data);
        var sparse = EdgeRows.Trainer(_ml, label, features: nameof(EdgeRow.Sparse)).Fit(data);
        Assert.Equal(dense.Model.Network.Parameters, sparse.Model.Network.Parameters);
    }

    [Theory, MemberData(nameof(Labels))]
    public void Sparse_features_score_the_same_bits_as_dense_ones(string label)
    {
        var data = _ml.Data.LoadFromEnumerable(EdgeRows.Make(30));
        var model = EdgeRows.Trainer(_ml, label).Fit(data);
        var sparse = _ml.Transforms.CopyColumns(nameof(EdgeRow.Features), nameof(EdgeRow.Sparse)).Fit(data).Transform(data);
        Assert.Equal(EdgeRows.Scores(model.Transform(data)), EdgeRows.Scores(model.Transform(sparse)));
    }
}
