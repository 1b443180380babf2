// Which department should read a message? Text becomes tens of thousands of features, nearly all of them 0, which cost nothing.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var data = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(Messages(6000)), testFraction: 0.25);

var featurize = ml.Transforms.Conversion.MapValueToKey("Label", nameof(Message.Department))
    .Append(ml.Transforms.Text.FeaturizeText("Features", nameof(Message.Text)))
    .Fit(data.TrainSet);
var (train, test) = (featurize.Transform(data.TrainSet), featurize.Transform(data.TestSet));

var pipeline = ml.MulticlassClassification.Trainers.Backprop(hiddenLayers: [64], numberOfIterations: 5)
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var clock = Stopwatch.StartNew();
var model = pipeline.Fit(train);
Console.WriteLine($"{((VectorDataViewType)train.Schema["Features"].Type).Size:N0} features, trained in {clock.Elapsed.TotalSeconds:F1} s");

var metrics = ml.MulticlassClassification.Evaluate(model.Transform(test));
Console.WriteLine($"of every hundred new messages, {100 * metrics.MicroAccuracy:F0} come to the right department");
foreach (var row in ml.Data.CreateEnumerable<Sorted>(model.Transform(test), reuseRowObject: false).Take(5))
    Console.WriteLine($"{row.Department,-8} → {row.PredictedLabel,-8} {row.Text}");

// Messages as people write them: a few words that matter among many that do not, one in eight of them misspelt, and sometimes a word of
// another department.
static IEnumerable<Message> Messages(int count)
{
    var words = new Dictionary<string, string[]>
    {
        ["billing"] = "invoice refund charged payment price credit twice card amount paid receipt discount".Split(' '),
        ["delivery"] = "parcel arrived courier tracking late address shipped broken box waiting street depot".Split(' '),
        ["support"] = "install crash password error update screen login restart manual version button freezes".Split(' '),
    };
    const string common =
        "hello please thank you the my for since yesterday again still help me with this order would like know when what is and " +
        "we our have been about new old number";
    var others = common.Split(' ');
    var departments = words.Keys.ToArray();
    var random = new Random(1);
    for (var i = 0; i < count; i++)
    {
        var department = departments[random.Next(departments.Length)];
        var text = Enumerable.Range(0, random.Next(8, 20)).Select(_ => random.Next(100) switch
        {
            < 20 => Misspelt(Any(words[department])),
            < 25 => Misspelt(Any(words[Any(departments)])),
            _ => Misspelt(Any(others)),
        });
        yield return new Message { Department = department, Text = string.Join(' ', text) };
    }

    T Any<T>(T[] of) => of[random.Next(of.Length)];

    string Misspelt(string word) =>
        random.Next(8) > 0 ? word : word.Insert(random.Next(word.Length), ((char)('a' + random.Next(26))).ToString());
}

internal class Message
{
    public string Text { get; set; } = "";
    public string Department { get; set; } = "";
}

internal sealed class Sorted : Message
{
    public string PredictedLabel { get; set; } = "";
}
