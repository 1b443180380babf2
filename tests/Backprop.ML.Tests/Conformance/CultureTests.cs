using System.Globalization;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Where the computer stands changes neither numbers nor words: Germany writes 0,5 and Turkey has two letters i.</summary>
public class CultureTests
{
    private static readonly EdgeRow[] _rows = EdgeRows.Make(20);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var culture in new[] { "de-DE", "tr-TR" })
                foreach (var label in new[] { nameof(EdgeRow.Flag), nameof(EdgeRow.Kind), nameof(EdgeRow.Value) })
                    cases.Add(culture, label);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Training_saving_and_loading_do_not_depend_on_the_culture(string culture, string label)
    {
        var foreign = CultureInfo.GetCultureInfo(culture);
        Assert.Equal("0,5", 0.5.ToString(foreign)); // otherwise this computer knows no cultures, and the test would prove nothing

        var expected = In(CultureInfo.InvariantCulture, () => Train(label));
        var actual = In(foreign, () => Train(label));

        Assert.Equal(3, expected.Log.Length);
        Assert.Equal(expected.Log, actual.Log);
        Assert.Equal(expected.Scores, actual.Scores);
        Assert.Equal(expected.Scores, In(foreign, () => Score(expected.File)));
        Assert.Equal(expected.Scores, In(CultureInfo.InvariantCulture, () => Score(actual.File)));
    }

    private static (string[] Log, float[][] Scores, byte[] File) Train(string label)
    {
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.RawMessage.StartsWith("Epoch", StringComparison.Ordinal)) log.Add(e.RawMessage);
        };
        var data = ml.Data.LoadFromEnumerable(_rows);
        var model = EdgeRows.Trainer(ml, label).Fit(data);
        using var file = new MemoryStream();
        ml.Model.Save(model, data.Schema, file);
        return ([.. log], EdgeRows.Scores(model.Transform(data)), file.ToArray());
    }

    private static float[][] Score(byte[] file)
    {
        var ml = new MLContext(seed: 1);
        return EdgeRows.Scores(ml.Model.Load(new MemoryStream(file), out _).Transform(ml.Data.LoadFromEnumerable(_rows)));
    }

    private static T In<T>(CultureInfo culture, Func<T> work)
    {
        var (before, beforeUI) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            return work();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUI);
        }
    }
}
