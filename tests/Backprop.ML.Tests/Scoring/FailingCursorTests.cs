using Microsoft.ML;

namespace Backprop.ML.Tests.Scoring;

/// <summary>A cursor that cannot be completed leaves none of its input's cursors open.</summary>
public class FailingCursorTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string?> Getters => [null, nameof(ScoringRow.Features), nameof(ScoringRow.Name)];

    [Theory, MemberData(nameof(Getters))]
    public void Scoring_closes_the_cursor_of_its_input(string? column)
    {
        var view = new WatchedView(ScoringData.Table(_ml, 20)) { Failing = (column, FirstCursor: 1) };
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(view);
        Assert.IsType<InvalidDataException>(Assert.ThrowsAny<Exception>(() => scored.GetRowCursor(scored.Schema)).GetBaseException());
        Assert.Equal((1, 1), (view.Opened, view.Disposed));
    }

    // The first and the second can be made; they are closed with the others when the third cannot.
    [Theory, MemberData(nameof(Getters))]
    public void Scoring_in_several_threads_closes_all_cursors_of_its_input(string? column)
    {
        var view = new WatchedView(ScoringData.Table(_ml, 20)) { Failing = (column, FirstCursor: 3) };
        var scored = ScoringData.Model(_ml, ScoringData.Value).Transform(view);
        Assert.ThrowsAny<Exception>(() => scored.GetRowCursorSet(scored.Schema, 4));
        Assert.Equal((4, 4), (view.Opened, view.Disposed));
    }

    [Theory]
    [InlineData(DataCaching.Memory, nameof(ScoringRow.Features))]
    [InlineData(DataCaching.Memory, nameof(ScoringRow.Value))]
    [InlineData(DataCaching.Memory, null)]
    [InlineData(DataCaching.Stream, nameof(ScoringRow.Features))]
    [InlineData(DataCaching.Stream, nameof(ScoringRow.Value))]
    public void Training_closes_the_cursor_of_its_input(DataCaching caching, string? column)
    {
        var view = new WatchedView(ScoringData.Table(_ml, 40)) { Failing = (column, FirstCursor: 1) };
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = ScoringData.Value,
            Caching = caching,
            NumberOfIterations = 1
        };
        Assert.IsType<InvalidDataException>(
            Assert.ThrowsAny<Exception>(() => new BackpropTrainer(_ml, options).Fit(view)).GetBaseException());
        Assert.True(view.Opened > 0);
        Assert.Equal(view.Opened, view.Disposed);
    }
}
