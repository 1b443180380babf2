using Backprop.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>One label, several predictions: Score is a vector with names.</summary>
public class SeveralPredictionsTests
{
    private const string Dense = nameof(SampleRow.Dense), Sparse = nameof(SampleRow.Sparse), Weight = nameof(SampleRow.Weight),
        Value = nameof(SampleRow.Value);

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<Loss, string> Losses => new()
    {
        { new PinballLoss { Quantiles = [0.1, 0.5, 0.975] }, "Quantile 0.1 Quantile 0.5 Quantile 0.975" },
        { new GaussianNegativeLogLikelihood(), "Mean Variance" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void They_pass_the_workout_and_have_names(Loss loss, string names)
    {
        foreach (var features in new[] { Dense, Sparse })
        {
            var options = Samples.Quick(Value, features, Weight);
            options.LossFunction = loss;
            EstimatorWorkout.Run(
                _ml, new BackpropTrainer(_ml, options), Samples.Table(_ml), [Value, features, Weight], neededToTransform: [features]);

            var score = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml)).Schema["Score"];
            Assert.Equal(loss.OutputsFor(1), Assert.IsType<VectorDataViewType>(score.Type).Size);
            Assert.Equal(names, Cells.Annotation(score.Annotations, score.Annotations.Schema["SlotNames"]));
            Assert.Equal("MultiOutputRegression", Cells.Annotation(score.Annotations, score.Annotations.Schema["ScoreColumnKind"]));
        }
    }

    [Fact]
    public void One_quantile_is_a_number_like_any_other()
    {
        var options = Samples.Quick(Value);
        options.LossFunction = new PinballLoss { Quantiles = [0.9] };
        EstimatorWorkout.Run(_ml, new BackpropTrainer(_ml, options), Samples.Table(_ml), [Value, Dense], neededToTransform: [Dense]);
        Assert.Equal(
            NumberDataViewType.Single,
            new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml)).Schema["Score"].Type);
    }

    [Fact]
    public void A_chain_goes_on_from_the_vector()
    {
        var options = Samples.Quick(Value);
        options.LossFunction = new GaussianNegativeLogLikelihood();
        var estimator = new BackpropTrainer(_ml, options)
            .Append(_ml.Transforms.Concatenate("All", Dense, "Score"))
            .Append(_ml.Regression.Trainers.Backprop(Samples.Quick(Value, "All")));
        EstimatorWorkout.Run(_ml, estimator, Samples.Table(_ml), [Value, Dense], neededToTransform: [Dense]);
    }
}
