// Which hotels should a search show first? A network that ranks the offers of each search, against a sort by price.
using System.Globalization;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ranking;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadFromEnumerable(Offer.Searches(300, seed: 1)), test = ml.Data.LoadFromEnumerable(Offer.Searches(100, seed: 2));

// Hash makes a key of any text, so searches that were not in training have one, too.
var pipeline = ml.Transforms.Conversion.Hash("GroupId", nameof(Offer.Search))
    .Append(ml.Transforms.Concatenate("Features", Offer.Features))
    .Append(
        ml.Ranking.Trainers.Backprop(
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                LabelColumnName = nameof(Offer.Relevance),
                RowGroupColumnName = "GroupId",
                NumberOfIterations = 40,
                ValidationFraction = 0.2,
                EarlyStopping = new EarlyStopping { Metric = new NormalizedDiscountedCumulativeGain() },
            }));
var model = pipeline.Fit(train);
Console.WriteLine($"trained on {model.LastTransformer.Model.History.Count} epochs, best epoch {model.LastTransformer.Model.BestEpoch}");
Print("network ", ml.Ranking.Evaluate(model.Transform(test), nameof(Offer.Relevance)));

// The same evaluation of a simple rule: cheap offers first.
var byPrice = ml.Transforms.Conversion.Hash("GroupId", nameof(Offer.Search)).Append(
    ml.Transforms.Expression("Score", "x => -x", nameof(Offer.Price))).Fit(test).Transform(test);
Print("by price", ml.Ranking.Evaluate(byPrice, nameof(Offer.Relevance)));

// One search. Scores of different searches cannot be compared, so each search is sorted by itself.
var offers = Offer.Searches(1, seed: 3);
float[] scores = [.. model.Transform(ml.Data.LoadFromEnumerable(offers)).GetColumn<float>("Score")];
foreach (var (score, offer) in scores.Zip(offers).OrderByDescending(pair => pair.First).Take(5))
    Console.WriteLine($"{score,6:F2}: {offer.Stars:F0} stars, {offer.Distance:F1} km, {offer.Price:F0} € (relevance {offer.Relevance:F0})");

static void Print(string name, RankingMetrics metrics)
{
    var ndcg = metrics.NormalizedDiscountedCumulativeGains;
    Console.WriteLine($"{name}: NDCG@1 {ndcg[0]:F3}, NDCG@5 {ndcg[4]:F3}, NDCG@10 {ndcg[9]:F3}");
}
