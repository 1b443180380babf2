using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

// model.zip rows.idv → one line per row: the bits of its scores in hexadecimal.
var ml = new MLContext();
var model = ml.Model.Load(args[0], out _);
var scored = model.Transform(ml.Data.LoadFromBinary(args[1]));
var rows = scored.Schema["Score"].Type is VectorDataViewType
    ? scored.GetColumn<float[]>("Score")
    : scored.GetColumn<float>("Score").Select(score => new[] { score });

foreach (var scores in rows)
    Console.WriteLine(
        string.Join(' ', scores.Select(score => BitConverter.SingleToInt32Bits(score).ToString("X8", CultureInfo.InvariantCulture))));
