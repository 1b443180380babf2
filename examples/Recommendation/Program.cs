// Which film will a user like? Users and films are keys, and there is no other column. Compared with the means of users and films.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);

// Made-up ratings: a film has some of three traits, a user likes or dislikes each, and there is noise.
const int users = 300, films = 150, traits = 3;
var random = new Random(1);
var (tastes, contents) = (Vectors(users), Vectors(films));
var kindness = Enumerable.Range(0, users).Select(_ => 0.4f * Normal()).ToArray();
var quality = Enumerable.Range(0, films).Select(_ => 0.4f * Normal()).ToArray();
var ratings = Enumerable.Range(0, users * films).Where(_ => random.NextDouble() < 0.25).Select(pair =>
{
    var (user, film) = (pair / films, pair % films);
    var match = Enumerable.Range(0, traits).Sum(t => tastes[user][t] * contents[film][t]);
    var stars = 3 + kindness[user] + quality[film] + 0.5f * match + 0.3f * Normal();
    return new Rating { User = $"user {user}", Film = $"film {film}", Stars = stars };
}).ToArray();
var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(ratings), testFraction: 0.2, seed: 1);

#region recommendation
var options = new BackpropTrainer.Options
{
    LabelColumnName = "Stars",
    FeatureColumnName = null, // there are only categories
    CategoricalFeatureColumnNames = ["User", "Film"],
};
var pipeline = ml.Transforms.Conversion.MapValueToKey([new("User"), new("Film")]).Append(ml.Regression.Trainers.Backprop(options));
var model = pipeline.Fit(split.TrainSet);
#endregion
var train = ml.Data.CreateEnumerable<Rating>(split.TrainSet, reuseRowObject: false).ToArray();
var test = ml.Data.CreateEnumerable<Rating>(split.TestSet, reuseRowObject: false).ToArray();
Console.WriteLine($"{ratings.Length} ratings of {films} films by {users} users");
Console.WriteLine($"mean of all: RMSE {Error(_ => train.Average(rating => rating.Stars)):F3}");
Console.WriteLine($"means of users and films: RMSE {Error(Biases(train)):F3}");
Console.WriteLine($"network of keys: RMSE {ml.Regression.Evaluate(model.Transform(split.TestSet), "Stars").RootMeanSquaredError:F3}");
Console.WriteLine("the noise of the ratings: 0.300");

#region recommendation-best
var engine = ml.Model.CreatePredictionEngine<Rating, Prediction>(model);
var best = Enumerable.Range(0, films).Select(film => $"film {film}")
    .OrderByDescending(film => engine.Predict(new Rating { User = "user 7", Film = film }).Score)
    .Take(3);
#endregion
Console.WriteLine($"for user 7: {string.Join(", ", best)}");

float[][] Vectors(int count) => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, traits).Select(_ => Normal()).ToArray())];

float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());

double Error(Func<Rating, double> predict) => Math.Sqrt(test.Average(rating => Math.Pow(predict(rating) - rating.Stars, 2)));

// μ + bᵤ + bᵢ: the usual baseline of recommendation. Koren, Bell and Volinsky (2009), "Matrix factorization techniques for recommender
// systems". Alternating means, with a little ridge.
static Func<Rating, double> Biases(Rating[] rows)
{
    double mean = rows.Average(row => row.Stars);
    Dictionary<string, double> ofUsers = [], ofFilms = [];
    for (var pass = 0; pass < 20; pass++)
    {
        ofUsers = rows.GroupBy(row => row.User).ToDictionary(
            group => group.Key, group => group.Sum(row => row.Stars - mean - ofFilms.GetValueOrDefault(row.Film)) / (group.Count() + 1));
        ofFilms = rows.GroupBy(row => row.Film).ToDictionary(
            group => group.Key, group => group.Sum(row => row.Stars - mean - ofUsers.GetValueOrDefault(row.User)) / (group.Count() + 1));
    }
    return row => mean + ofUsers.GetValueOrDefault(row.User) + ofFilms.GetValueOrDefault(row.Film);
}

internal sealed class Rating
{
    public string User { get; set; } = "";

    public string Film { get; set; } = "";

    public float Stars { get; set; }
}

internal sealed class Prediction
{
    public float Score { get; set; }
}
