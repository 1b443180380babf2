using Backprop.Activations;
using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Appends the layers of a network that is monotone in some columns. It tracks which columns these are, from layer to
/// layer.</summary>
/// <remarks>
/// <para>Each hidden layer has free units, which depend on no constrained feature, and monotone units, which never decrease in
/// them.</para>
/// <para>Of sixteen monotone units, seven have the activation ρ, seven have its reflection −ρ(−x), and two saturate. With a convex ρ
/// alone, the network could only represent convex functions. Source of the shares: Runje and Shankaranarayana (2023), "Constrained
/// monotonic neural networks", ICML, arXiv:2205.11775.</para>
/// </remarks>
internal sealed class MonotoneLayers
{
    // Of each constrained feature; their boundaries are quantiles of the training data.
    private const int Bins = 16;

    private const int Shares = 16, SharesOfActivation = 7, SharesOfSaturated = 2;

    private int[] _increasing, _decreasing; // columns of the last layer, in ascending order
    private int _freeColumns;

    /// <param name="width">Width of the network so far.</param>
    /// <param name="increasing">Columns in which the score increases, in ascending order.</param>
    /// <param name="decreasing">Columns in which the score decreases, in ascending order.</param>
    public MonotoneLayers(int width, IEnumerable<int> increasing, IEnumerable<int> decreasing)
    {
        (_increasing, _decreasing) = ([.. increasing], [.. decreasing]);
        _freeColumns = width - Count;
    }

    private int Count => _increasing.Length + _decreasing.Length;

    /// <summary>Moves the constrained columns behind the others, because layers for some columns apply to the first ones.</summary>
    public void MoveToEnd(NetworkBuilder builder)
    {
        AddOrder(builder, [.. Others(builder), .. _increasing, .. _decreasing]);
        SetLast(builder.Width);
    }

    /// <summary>Replaces each constrained column by several columns that never decrease in it
    /// (<see cref="PiecewiseLinearEncoding"/>), and moves them behind the others.</summary>
    public void EncodeAtEnd(NetworkBuilder builder)
    {
        AddOrder(builder, [.. _increasing, .. _decreasing, .. Others(builder)]);
        builder.Add(new PiecewiseLinearEncoding(builder.Width, Count, Bins));
        (int increasing, int decreasing) = (_increasing.Length * Bins, _decreasing.Length * Bins);
        _increasing = [.. Enumerable.Range(0, increasing)];
        _decreasing = [.. Enumerable.Range(increasing, decreasing)];
        MoveToEnd(builder);
    }

    /// <summary>Adjusts the columns to a layer that has changed the number of free columns. The constrained columns are the last
    /// ones.</summary>
    public void SetLast(int width)
    {
        var first = width - Count;
        _decreasing = [.. Enumerable.Range(first + _increasing.Length, _decreasing.Length)];
        _increasing = [.. Enumerable.Range(first, _increasing.Length)];
        _freeColumns = first;
    }

    /// <summary>Appends learned factors of the free columns. The constrained columns are the last ones.</summary>
    /// <remarks>A learned factor might become negative, so constrained columns have none.</remarks>
    public void InputScale(NetworkBuilder builder)
    {
        if (_freeColumns == 0) return;
        builder.Add(new ParallelLayers([new InputScale(_freeColumns), new ActivationLayer(Count, new Identity())]));
    }

    /// <summary>Appends the weights of a hidden layer. Half of its units are free, if there are free columns.</summary>
    public void Hidden(NetworkBuilder builder, int units, bool ntkParametrization)
    {
        var free = _freeColumns == 0 ? 0 : units / 2;
        Dense(builder, units, free, ntkParametrization);
        (_freeColumns, _increasing, _decreasing) = (free, [.. Enumerable.Range(free, units - free)], []);
    }

    /// <summary>Appends the activations of a hidden layer.</summary>
    /// <param name="builder">The layers so far.</param>
    /// <param name="free">The activation of free units, and ρ of monotone units if it never decreases.</param>
    /// <param name="otherwise">ρ, if that activation may decrease.</param>
    public void Activation(NetworkBuilder builder, Activation free, Activation otherwise)
    {
        var monotone = free.IsNondecreasing ? free : otherwise;
        var saturated = Count * SharesOfSaturated / Shares;
        var reflected = Count * SharesOfActivation / Shares;
        var parts = new List<Layer>();
        if (_freeColumns > 0) parts.Add(ActivationLayer.For(_freeColumns, free));
        parts.Add(new ActivationLayer(Count - saturated - reflected, monotone));
        if (reflected > 0) parts.Add(new ActivationLayer(reflected, new Reflected(monotone)));
        if (saturated > 0) parts.Add(new ActivationLayer(saturated, new Saturated(monotone)));
        builder.Add(new ParallelLayers(parts));
    }

    /// <summary>Adds the features, which <see cref="Layers.InputSkip"/> has appended.</summary>
    /// <param name="first">The column of the first feature.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="increasing">Features in which the score increases, in ascending order.</param>
    /// <param name="decreasing">Features in which the score decreases, in ascending order.</param>
    public void AddFeatures(int first, int features, IReadOnlyList<int> increasing, IReadOnlyList<int> decreasing)
    {
        _freeColumns += features - increasing.Count - decreasing.Count;
        _increasing = [.. _increasing, .. increasing.Select(feature => first + feature)];
        _decreasing = [.. _decreasing, .. decreasing.Select(feature => first + feature)];
    }

    /// <summary>Appends the last layer. All of its outputs are monotone.</summary>
    public void Last(NetworkBuilder builder, int outputs, bool ntkParametrization) => Dense(builder, outputs, 0, ntkParametrization);

    private void Dense(NetworkBuilder builder, int units, int free, bool ntkParametrization) =>
        builder.Add(new MonotoneDense(builder.Width, units, _increasing, _decreasing, free, groups: 1, ntkParametrization));

    private IEnumerable<int> Others(NetworkBuilder builder) => Enumerable.Range(0, builder.Width).Except(_increasing).Except(_decreasing);

    private static void AddOrder(NetworkBuilder builder, int[] order)
    {
        if (!order.SequenceEqual(Enumerable.Range(0, order.Length))) builder.Add(new ColumnOrder(order));
    }
}
