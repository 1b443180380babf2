using Backprop.Networks;
using Backprop.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>Gives ML.NET's scorers what they ask for: a delegate from one row's features to its score.</summary>
/// <remarks>The mapper is shared by all threads, a delegate belongs to one: each has scratch memory of its own, and scoring a row allocates nothing.</remarks>
internal abstract class ScoreMapper(TrainedNetwork network, PredictionKind kind) : IPredictor, IValueMapper
{
    public PredictionKind PredictionKind => kind;

    public DataViewType InputType { get; } = new VectorDataViewType(NumberDataViewType.Single, network.Network.Inputs);

    public abstract DataViewType OutputType { get; }

    public ValueMapper<TSource, TDestination> GetMapper<TSource, TDestination>() =>
        (ValueMapper<TSource, TDestination>)MakeMapper(new RowScorer(network));

    /// <summary>What the numbers of a score are called; empty where nobody says so.</summary>
    public virtual IReadOnlyList<string> SlotNames => [];

    /// <summary>What hands out an output column for the rows of a batch; a <c>ValueGetter</c> of the column's type.</summary>
    public abstract Delegate MakeGetter(BatchRow rows, string column);

    private protected TrainedNetwork Network => network;

    private protected abstract Delegate MakeMapper(RowScorer scorer);

    /// <summary>Scores one sparse or dense row after another.</summary>
    private protected sealed class RowScorer(TrainedNetwork network)
    {
        private readonly NetworkScorer _scorer = network.CreateScorer();
        private readonly float[] _features = new float[network.Network.Inputs];

        public Matrix Score(in VBuffer<float> features) => _scorer.Score(Dense(features));

        public Matrix Predict(in VBuffer<float> features) => _scorer.Predict(Dense(features));

        private ReadOnlyMatrix Dense(in VBuffer<float> features)
        {
            if (features.Length != _features.Length)
                throw Contracts.ExceptParam(nameof(features), "The model was trained on {0} features; this row has {1}.", _features.Length, features.Length);
            features.CopyTo(_features);
            return new ReadOnlyMatrix(_features, 1, _features.Length);
        }
    }
}

/// <summary>One score a row: the prediction of a regression.</summary>
internal sealed class ScalarMapper(TrainedNetwork network, PredictionKind kind) : ScoreMapper(network, kind)
{
    public override DataViewType OutputType => NumberDataViewType.Single;

    public override Delegate MakeGetter(BatchRow rows, string column) => (ValueGetter<float>)((ref float score) => score = rows.Predictions[0]);

    private protected override Delegate MakeMapper(RowScorer scorer)
    {
        ValueMapper<VBuffer<float>, float> map = (in VBuffer<float> features, ref float score) => score = scorer.Predict(features).Values[0];
        return map;
    }
}

/// <summary>A score and a probability a row: binary classification.</summary>
internal sealed class ProbabilityMapper(TrainedNetwork network, PredictionKind kind) : ScoreMapper(network, kind), IValueMapperDist
{
    public override DataViewType OutputType => NumberDataViewType.Single;

    public DataViewType DistType => NumberDataViewType.Single;

    public ValueMapper<TSource, TScore, TProbability> GetMapper<TSource, TScore, TProbability>()
    {
        var scorer = new RowScorer(Network);
        var link = Network.Loss;
        ValueMapper<VBuffer<float>, float, float> map = (in VBuffer<float> features, ref float score, ref float probability) =>
        {
            var scores = scorer.Score(features);
            score = scores.Values[0];
            link.Predict(scores);
            probability = scores.Values[0];
        };
        return (ValueMapper<TSource, TScore, TProbability>)(Delegate)map;
    }

    public override Delegate MakeGetter(BatchRow rows, string column) => column == DefaultColumnNames.Probability
        ? (ValueGetter<float>)((ref float probability) => probability = rows.Predictions[0])
        : (ValueGetter<float>)((ref float score) => score = rows.Scores[0]);

    private protected override Delegate MakeMapper(RowScorer scorer)
    {
        ValueMapper<VBuffer<float>, float> map = (in VBuffer<float> features, ref float score) => score = scorer.Score(features).Values[0];
        return map;
    }
}

/// <summary>A vector of predictions a row: the probabilities of the classes, or several predictions of one label.</summary>
internal sealed class VectorMapper(TrainedNetwork network, PredictionKind kind, params IReadOnlyList<string> slotNames) : ScoreMapper(network, kind)
{
    public override IReadOnlyList<string> SlotNames => slotNames;

    public override DataViewType OutputType { get; } = new VectorDataViewType(NumberDataViewType.Single, network.Network.Outputs);

    public override Delegate MakeGetter(BatchRow rows, string column) =>
        (ValueGetter<VBuffer<float>>)((ref VBuffer<float> predictions) => Copy(rows.Predictions, ref predictions));

    private protected override Delegate MakeMapper(RowScorer scorer)
    {
        ValueMapper<VBuffer<float>, VBuffer<float>> map = (in VBuffer<float> features, ref VBuffer<float> predictions) => Copy(scorer.Predict(features).Values, ref predictions);
        return map;
    }

    private static void Copy(ReadOnlySpan<float> values, ref VBuffer<float> predictions)
    {
        var editor = VBufferEditor.Create(ref predictions, values.Length);
        values.CopyTo(editor.Values);
        predictions = editor.Commit();
    }
}
