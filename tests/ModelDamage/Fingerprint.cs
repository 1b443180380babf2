using System.Globalization;
using System.Text;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ModelDamage;

/// <summary>What a loaded model says and predicts, as text: equal text means an equal model.</summary>
/// <param name="Ours">
/// Of our own steps: names, threshold, history, parameters, and every output of the prepared rows, with the schema.
/// </param>
/// <param name="Whole">Of the whole pipeline: the schema that was saved with it, and every output.</param>
public sealed record Fingerprint(string Ours, string Whole)
{
    public static Fingerprint Of(ITransformer model, DataViewSchema? schema, SampleModel sample) =>
        new(OfOurs(model, sample), OfWhole(model, schema, sample));

    /// <summary>Empty where there is no step of ours.</summary>
    public static string OfOurs(ITransformer model, SampleModel sample)
    {
        IEnumerable<ITransformer> steps = model is IEnumerable<ITransformer> chain ? chain : [model];
        var text = new StringBuilder();
        foreach (var step in steps.OfType<BackpropTransformer>())
        {
            var parameters = step.Model;
            var network = parameters.Network;
            text.AppendJoin(' ', step.FeatureColumnName, step.LabelColumnName, TextOf(step.Threshold), step.ThresholdColumnName);
            text.AppendJoin(' ', network.Network, network.Loss);
            text.AppendJoin(' ', parameters.History).Append(CultureInfo.InvariantCulture, $" {parameters.BestEpoch}\n");
            foreach (var parameter in network.Parameters) text.Append(TextOf(parameter)).Append(' ');
            Append(text, step.Transform(sample.Prepared));
        }
        return text.ToString();
    }

    public static string OfWhole(ITransformer model, DataViewSchema? schema, SampleModel sample)
    {
        var text = new StringBuilder();
        if (schema is not null) Append(text, schema);
        Append(text, model.Transform(sample.Rows));
        return text.ToString();
    }

    private static void Append(StringBuilder text, IDataView view)
    {
        Append(text, view.Schema);
        foreach (var row in view.Preview().RowView)
            foreach (var (name, value) in row.Values) text.Append(name).Append('=').Append(TextOf(value)).Append('\n');
    }

    private static void Append(StringBuilder text, DataViewSchema schema)
    {
        foreach (var column in schema)
        {
            text.Append(column.Name).Append(": ").Append(column.Type).Append('\n');
            foreach (var kind in column.Annotations.Schema)
            {
                text.Append("  ").Append(kind.Name).Append(": ").Append(kind.Type);
                if (kind.Type is VectorDataViewType { ItemType: TextDataViewType })
                {
                    VBuffer<ReadOnlyMemory<char>> names = default;
                    column.Annotations.GetValue(kind.Name, ref names);
                    text.Append(TextOf(names));
                }
                text.Append('\n');
            }
        }
    }

    private static string TextOf(object value) => value switch
    {
        float number => BitConverter.SingleToInt32Bits(number).ToString("X", CultureInfo.InvariantCulture),
        VBuffer<float> numbers => string.Join(' ', numbers.DenseValues().Select(number => TextOf(number))),
        VBuffer<bool> flags => string.Join(' ', flags.DenseValues()),
        VBuffer<ReadOnlyMemory<char>> names => string.Join(' ', names.DenseValues()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
