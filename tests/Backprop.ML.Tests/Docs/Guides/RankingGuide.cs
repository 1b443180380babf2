using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Docs.Guides;

public class RankingGuide() : GuidePage("ranking")
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void It_trains_evaluates_and_ranks_one_search()
    {
        var ml = _ml;
        var (train, test) = (View(80, seed: 1), View(60, seed: 2));
        #region ranking-train
        var pipeline = ml.Transforms.Conversion.Hash("GroupId", "Search")
            .Append(ml.Transforms.Concatenate("Features", "Price", "Stars", "Distance"))
            .Append(ml.Ranking.Trainers.Backprop("Relevance", hiddenLayers: [16], numberOfIterations: 32));
        var model = pipeline.Fit(train);

        var metrics = ml.Ranking.Evaluate(model.Transform(test), "Relevance");
        Console.WriteLine($"NDCG@5 {metrics.NormalizedDiscountedCumulativeGains[4]:F2}");
        #endregion
        var offers = Hotel.Searches(1, seed: 3)[..4];
        #region ranking-predict
        var scores = model.Transform(ml.Data.LoadFromEnumerable(offers)).GetColumn<float>("Score");
        foreach (var (hotel, score) in offers.Zip(scores).OrderByDescending(pair => pair.Second))
            Console.WriteLine($"{hotel.Stars:F1} stars, {hotel.Price:F1} €, {hotel.Distance:F1} km: score {score:F2}");
        #endregion
        Assert.InRange(metrics.NormalizedDiscountedCumulativeGains[4], 0.85, 1);
        AssertPrinted();
    }

    [Fact]
    public void Folds_have_whole_groups()
    {
        var ml = _ml;
        var data = View(40, seed: 1);
        #region ranking-folds
        var hashed = ml.Transforms.Conversion.Hash("GroupId", "Search").Fit(data).Transform(data);
        var trainer = ml.Transforms.Concatenate("Features", "Price", "Stars", "Distance").Append(
            ml.Ranking.Trainers.Backprop("Relevance", hiddenLayers: [16], numberOfIterations: 16));
        var folds = ml.Ranking.CrossValidate(hashed, trainer, numberOfFolds: 3, labelColumnName: "Relevance");
        Console.WriteLine($"NDCG@5 {folds.Average(fold => fold.Metrics.NormalizedDiscountedCumulativeGains[4]):F2}");
        #endregion
        Assert.Equal(3, folds.Count);
        AssertPrinted();
    }

    [Fact]
    public void A_loss_is_chosen_with_its_metric()
    {
        var ml = _ml;
        #region ranking-loss
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Relevance",
            RowGroupColumnName = "GroupId",
            LossFunction = new LambdaRankLoss { TruncationLevel = 5, Gains = [0, 1, 3] },
            ValidationFraction = 0.2,
            EarlyStopping = new EarlyStopping
            {
                Metric = new NormalizedDiscountedCumulativeGain { TruncationLevel = 5, Gains = [0, 1, 3] },
            },
        };
        #endregion
        options.NumberOfIterations = 3;
        var pipeline = ml.Transforms.Conversion.Hash("GroupId", "Search")
            .Append(ml.Transforms.Concatenate("Features", "Price", "Stars", "Distance")).Append(ml.Ranking.Trainers.Backprop(options));
        var model = pipeline.Fit(View(40, seed: 1)).LastTransformer;
        Assert.Equal("NormalizedDiscountedCumulativeGain", model.Model.Summary!.SelectedBy);
    }

    [Fact]
    public void Messages_are_as_the_page_has_them()
    {
        var warnings = Warnings(_ml);
        var notes = Messages(_ml, ChannelMessageKind.Info);
        var hotels = Hotel.Searches(30, seed: 1);
        hotels[0].Search = "alone";
        Fit([.. hotels.OrderBy(hotel => hotel.Price)]);
        AssertQuoted(Assert.Single(warnings));
        AssertQuoted(Assert.Single(notes, note => note.Contains("gathered", StringComparison.Ordinal)));
        hotels[3].Relevance = 12;
        AssertQuoted(Assert.Throws<InvalidOperationException>(() => Fit(hotels)).Message);
    }

    private void Fit(Hotel[] hotels)
    {
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Relevance", NumberOfIterations = 1 };
        _ml.Transforms.Conversion.Hash("GroupId", "Search").Append(_ml.Transforms.Concatenate("Features", "Price", "Stars", "Distance"))
            .Append(_ml.Ranking.Trainers.Backprop(options)).Fit(_ml.Data.LoadFromEnumerable(hotels));
    }

    private IDataView View(int searches, int seed) => _ml.Data.LoadFromEnumerable(Hotel.Searches(searches, seed));

    /// <summary>A hotel that a search has found. Prices have another level in every city.</summary>
    private sealed class Hotel
    {
        public string Search { get; set; } = "";

        public float Price { get; set; }

        public float Stars { get; set; }

        public float Distance { get; set; }

        /// <summary>2 for the best offer of a search, 1 for the next three, otherwise 0.</summary>
        public float Relevance { get; set; }

        public static Hotel[] Searches(int count, int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, count).SelectMany(search => OfSearch($"{search}", random))];
        }

        private static Hotel[] OfSearch(string search, Random random)
        {
            var level = 50 + 150 * random.NextSingle();
            Hotel[] hotels =
            [
                .. Enumerable.Range(0, 6 + random.Next(9)).Select(_ =>
                {
                    float stars = 1 + random.Next(5), distance = 10 * random.NextSingle();
                    var price = level * (0.5f + 0.15f * stars + 0.4f * random.NextSingle());
                    return new Hotel { Search = search, Stars = stars, Distance = distance, Price = price };
                }),
            ];
            var best = hotels.OrderByDescending(hotel => 0.3f * hotel.Stars - hotel.Price / level - 0.1f * hotel.Distance).ToArray();
            best[0].Relevance = 2;
            foreach (var hotel in best[1..4]) hotel.Relevance = 1;
            return hotels;
        }
    }
}
