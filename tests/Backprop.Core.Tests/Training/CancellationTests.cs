using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A token that ends training early, between two minibatches.</summary>
public sealed class CancellationTests : IDisposable
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with
    {
        NumberOfIterations = 10,
        BatchSize = 10,
        Shuffle = false
    };

    private readonly CancellationTokenSource _source = new();
    private int _calls;

    [Fact]
    public void What_was_learned_so_far_is_kept()
    {
        // Cancelled while the 14th minibatch is about to begin, which is the last one.
        var options = Options with { CancellationToken = _source.Token };
        var result = Train(options, cancelAt: 14);
        Assert.Equal(2, result.History.Count);
        Assert.Equal(2, result.BestEpoch);
        Assert.Equal(14 + 1, _calls); // one look at whether its scores are finite

        var expected = Train(Options with { NumberOfIterations = 1 }, cancelAt: null).Network;
        var rest = new Trainer(Options with { NumberOfIterations = 1 }).Train(
            Problems.TwoToOne(3), Problems.Surface(100, 1).Slice(0, 40), initial: expected);
        Assert.Equal(rest.Network.Parameters.ToArray(), result.Network.Parameters.ToArray());
    }

    [Fact]
    public void The_best_parameters_are_kept_where_validation_data_tells_which()
    {
        var options = Options with { CancellationToken = _source.Token, EarlyStopping = new EarlyStopping { Patience = 100 } };
        var validation = Problems.Surface(20, 2);
        var free = new Trainer(Options with { NumberOfIterations = 3, EarlyStopping = options.EarlyStopping })
            .Train(Problems.TwoToOne(3), Problems.Surface(100, 1), validation);
        var result = new Trainer(options).Train(
            Problems.TwoToOne(3), Problems.Surface(100, 1), validation, checkAlive: () => CancelAt(3 * 12 + 5));

        Assert.Equal(4, result.History.Count);
        Assert.Null(result.History[3].ValidationLoss);
        Assert.Equal(free.BestEpoch, result.BestEpoch);
        Assert.Equal(free.Network.Parameters.ToArray(), result.Network.Parameters.ToArray());
    }

    [Fact]
    public void A_pass_over_the_validation_data_is_given_up_too()
    {
        var options = Options with { CancellationToken = _source.Token, EarlyStopping = new EarlyStopping() };
        var result = new Trainer(options).Train(
            Problems.TwoToOne(3), Problems.Surface(100, 1), Problems.Surface(100, 2), checkAlive: () => CancelAt(10 + 3));
        Assert.Null(Assert.Single(result.History).ValidationLoss);
        Assert.Equal(13 + 1, _calls);
        Assert.Equal(
            Train(Options with { NumberOfIterations = 1 }, cancelAt: null).Network.Parameters.ToArray(),
            result.Network.Parameters.ToArray());
    }

    [Fact]
    public void If_asked_to_it_throws() =>
        Assert.Throws<OperationCanceledException>(
            () => Train(Options with { CancellationToken = _source.Token, ThrowOnCancellation = true }, cancelAt: 5));

    [Fact]
    public void Before_the_first_minibatch_there_is_nothing_to_keep()
    {
        _source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Train(Options with { CancellationToken = _source.Token }, cancelAt: null));
    }

    [Fact]
    public void Nothing_is_trained_anew_afterwards()
    {
        var options = Options with { CancellationToken = _source.Token, EarlyStopping = new EarlyStopping { RefitOnAllRows = true } };
        var result = new Trainer(options).Train(
            Problems.TwoToOne(3), Problems.Surface(100, 1), Problems.Surface(20, 2), checkAlive: () => CancelAt(30));
        Assert.Equal(30, _calls);
        Assert.InRange(result.BestEpoch, 1, 2);
    }

    public void Dispose() => _source.Dispose();

    private TrainingResult Train(TrainingOptions options, int? cancelAt) =>
        new Trainer(options).Train(Problems.TwoToOne(3), Problems.Surface(100, 1), checkAlive: () => CancelAt(cancelAt));

    private void CancelAt(int? call)
    {
        if (++_calls == call) _source.Cancel();
    }
}
