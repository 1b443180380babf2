using System.Globalization;

namespace Backprop.ML;

/// <summary>Factors of the weights of rows, by class. They apply to training and to the validation loss, but not to metrics.</summary>
/// <remarks>In a multi-label classification, each label has factors of its own: those of the loss of this label. The weighted losses are
/// divided by the sum of the weights in the training data, so all labels count equally. A named weight is that of the rows where the label
/// is true.</remarks>
public sealed class ClassWeights
{
    private readonly IReadOnlyDictionary<string, double> _byName;

    private ClassWeights(bool isBalanced, IReadOnlyDictionary<string, double> byName) => (IsBalanced, _byName) = (isBalanced, byName);

    /// <summary>All classes have the same total weight, however rare they are: the factor of each row is Σw / (classes · Σw of its class),
    /// as in scikit-learn's <c>class_weight='balanced'</c>.</summary>
    public static ClassWeights Balanced { get; } = new(true, new Dictionary<string, double>());

    /// <summary>Weights by the names of the classes: the key values of the label; "False" and "True" of a Boolean label; "1", "2", … of a
    /// key without values.</summary>
    /// <remarks>Several labels have the slot names of their column. A slot of column Labels without a name is "Labels[0]".</remarks>
    /// <param name="weights">Each &gt; 0 and finite. Other classes have the factor 1.</param>
    /// <exception cref="ArgumentException">There is no weight, a name occurs twice, or a weight is out of range.</exception>
    public static ClassWeights ByName(params ReadOnlySpan<(string Name, double Weight)> weights)
    {
        if (weights.IsEmpty) throw new ArgumentException("At least one class must be named.", nameof(weights));
        var byName = new Dictionary<string, double>();
        foreach (var (name, weight) in weights)
        {
            if (!(weight > 0) || !double.IsFinite(weight))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"The weight of class '{name}' is {weight}. It must be > 0 and finite."),
                    nameof(weights));
            if (!byName.TryAdd(name, weight)) throw new ArgumentException($"Class '{name}' is named twice.", nameof(weights));
        }
        return new ClassWeights(false, byName);
    }

    /// <summary>"balanced", or the names with their weights, such as "True 5".</summary>
    public override string ToString() => IsBalanced
        ? "balanced"
        : string.Join(", ", _byName.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key} {each.Value}")));

    internal bool IsBalanced { get; }

    /// <summary>One weight for each class; null if no class was named.</summary>
    /// <exception cref="ArgumentException">A named class does not exist.</exception>
    internal double[]? By(IReadOnlyList<string> classes, string labelColumnName)
    {
        if (_byName.Count == 0) return null;
        foreach (var name in _byName.Keys)
            if (!classes.Contains(name))
                throw new ArgumentException(
                    $"{nameof(ClassWeights)} names '{name}', but label column '{labelColumnName}' has " +
                        $"{string.Join(", ", classes.Take(20).Select(known => $"'{known}'"))}{(classes.Count > 20 ? ", …" : "")}.");
        return [.. classes.Select(name => _byName.GetValueOrDefault(name, 1))];
    }
}
