using Backprop.Activations;

namespace Backprop.Layers;

/// <summary>One operation of an inference graph: it computes a named value from others, row by row.</summary>
/// <remarks>Its kind is its type. Constants are views of the parameters of the network; they are not copied.</remarks>
/// <param name="Inputs">Names of the values that it reads.</param>
/// <param name="Output">Name of the value that it computes.</param>
/// <param name="Width">Columns of that value.</param>
internal abstract record InferenceOperation(IReadOnlyList<string> Inputs, string Output, int Width)
{
    /// <summary>The kind of operation.</summary>
    public string Kind => GetType().Name;
}

/// <summary>yⱼ = (xⱼ − meanⱼ)·factorⱼ. A mean of NaN makes every value missing.</summary>
internal sealed record StandardizeColumns(
    IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Means, ReadOnlyMemory<Real> Factors)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = [x, or the replacement where x is missing (NaN); then 1 or 0 for each indicated column: is it missing?]</summary>
internal sealed record ReplaceMissing(
    IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Replacements, IReadOnlyList<int> Indicated)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>Some columns by straight lines from knot to knot, constant beyond the first and the last; the others are unchanged.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of both.</param>
/// <param name="Columns">The columns that are interpolated.</param>
/// <param name="Knots">How many knots each has.</param>
/// <param name="Curves">For each column its knots in ascending order, then y at each. Of equal knots, the last counts.</param>
internal sealed record InterpolateColumns(
    IReadOnlyList<string> Inputs, string Output, int Width, IReadOnlyList<int> Columns, int Knots, ReadOnlyMemory<Real> Curves)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = [x, a column for each value of the first feature, those of the second, …]; the column of the nearest value is
/// active.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Features">The features with columns.</param>
/// <param name="Numbers">For each feature the boundaries between its values, in ascending order; then the value of each column where it is
/// not active, and the value of each where it is.</param>
internal sealed record IndicateValues(
    IReadOnlyList<string> Inputs, string Output, int Width, IReadOnlyList<FewValuedFeature> Features, ReadOnlyMemory<Real> Numbers)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>A column that holds a category from 1 to <paramref name="Count"/>; any other value is unknown.</summary>
/// <param name="Slot">The index of the column.</param>
/// <param name="Count">How many categories.</param>
/// <param name="Width">Columns that replace it.</param>
internal readonly record struct CategoryColumn(int Slot, int Count, int Width);

/// <summary>y = [the other columns, the columns of the first category, those of the second, …], one-hot encoded.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Categories">The encoded columns. Two categories share one column.</param>
/// <param name="Numbers">For each encoded column: the default value of each of its output columns, then the value of the active column for
/// each category.</param>
internal sealed record EncodeCategories(
    IReadOnlyList<string> Inputs, string Output, int Width, IReadOnlyList<CategoryColumn> Categories, ReadOnlyMemory<Real> Numbers)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = [the other columns, the vector of the first category, that of the second, …].</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Categories">The embedded columns.</param>
/// <param name="Tables">For each [Count + 1 × Width], row-major; row 0 is for unknown categories.</param>
internal sealed record LookUpCategories(
    IReadOnlyList<string> Inputs, string Output, int Width, IReadOnlyList<CategoryColumn> Categories, ReadOnlyMemory<Real> Tables)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = x / √(1 + (x / limit)²) for the first columns; the others are unchanged.</summary>
internal sealed record ClipSmoothly(IReadOnlyList<string> Inputs, string Output, int Width, int Columns, double Limit)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = scale·asinh(x / scale) for the first columns; the others are unchanged.</summary>
internal sealed record CompressColumns(IReadOnlyList<string> Inputs, string Output, int Width, int Columns, double Scale)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yⱼ = xⱼ·factorⱼ.</summary>
internal sealed record MultiplyColumns(IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Factors)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>Replaces each of the first columns by periodic features; the others are unchanged, and come last.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Columns">How many columns become periodic features.</param>
/// <param name="Form">[cos 2πfx, sin 2πfx], or [x, a·cos(2πfx + phase)].</param>
/// <param name="Frequencies">How many frequencies each has.</param>
/// <param name="Parameters">For each column its frequencies f; with phases, these after them.</param>
/// <param name="Amplitudes">a; used with phases.</param>
internal sealed record PeriodicColumns(
    IReadOnlyList<string> Inputs, string Output, int Width, int Columns, PeriodicForm Form, int Frequencies,
    ReadOnlyMemory<Real> Parameters, ReadOnlyMemory<Real> Amplitudes) : InferenceOperation(Inputs, Output, Width);

/// <summary>Replaces each of the first columns by bins; the others are unchanged, and come last.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Columns">How many columns are encoded.</param>
/// <param name="Bins">How many bins each has.</param>
/// <param name="Boundaries">
/// For each column [Bins + 1] in ascending order. y = (x − b) / (next b − b), clipped to [0, 1], except the first bin below and the last
/// bin above. A bin without width holds 0 below its boundary, otherwise 1.
/// </param>
internal sealed record EncodeBins(
    IReadOnlyList<string> Inputs, string Output, int Width, int Columns, int Bins, ReadOnlyMemory<Real> Boundaries)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>For each group of columns [kept, f(others·W + b)]; the columns after the groups are unchanged.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="GroupInputs">Columns of a group in x.</param>
/// <param name="GroupOutputs">Columns of a group in y.</param>
/// <param name="Kept">How many columns of a group are unchanged; they come first.</param>
/// <param name="Rectified">Whether f is ReLU, and not the identity.</param>
/// <param name="Parameters">For each group W [GroupInputs − Kept × GroupOutputs − Kept] row-major, then b.</param>
internal sealed record AffineByGroup(
    IReadOnlyList<string> Inputs, string Output, int Width, int Groups, int GroupInputs, int GroupOutputs, int Kept, bool Rectified,
    ReadOnlyMemory<Real> Parameters) : InferenceOperation(Inputs, Output, Width);

/// <summary>y = factor·x·W + b for each group of columns.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of y.</param>
/// <param name="Groups">How many groups; each has an equal share of the columns of x and y.</param>
/// <param name="Factor">The factor.</param>
/// <param name="Parameters">For each group W [inputs × outputs] row-major, then b [outputs].</param>
internal sealed record Affine(
    IReadOnlyList<string> Inputs, string Output, int Width, int Groups, double Factor, ReadOnlyMemory<Real> Parameters)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>y = f(x).</summary>
internal sealed record ApplyActivation(IReadOnlyList<string> Inputs, string Output, int Width, Activation Function)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yⱼ = xⱼ + shareⱼ·(f(xⱼ) − xⱼ).</summary>
internal sealed record MixActivation(
    IReadOnlyList<string> Inputs, string Output, int Width, Activation Function, ReadOnlyMemory<Real> Shares)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yⱼ = max(xⱼ, 0) + slopeⱼ·min(xⱼ, 0).</summary>
internal sealed record RectifyColumns(IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Slopes)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yⱼ = scaleⱼ·(xⱼ − meanⱼ) / √(varianceⱼ + ε) + shiftⱼ.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of both.</param>
/// <param name="Parameters">Scales, shifts, means and variances, each [Width].</param>
/// <param name="Epsilon">ε</param>
internal sealed record NormalizeColumns(
    IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Parameters, double Epsilon)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yⱼ = scaleⱼ·(xⱼ − mean) / √(variance + ε) + shiftⱼ, with mean and variance of the row.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of both.</param>
/// <param name="Parameters">Scales, then shifts, each [Width].</param>
/// <param name="Epsilon">ε</param>
internal sealed record NormalizeRows(
    IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Parameters, double Epsilon)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>The sum of two values.</summary>
internal sealed record Add(IReadOnlyList<string> Inputs, string Output, int Width) : InferenceOperation(Inputs, Output, Width);

/// <summary>y = x − t, with t repeated once for each part of x; 0 where t is missing (NaN).</summary>
/// <param name="Inputs">x, then t.</param>
/// <param name="Output">y</param>
/// <param name="Width">Columns of x and y.</param>
/// <param name="Repeats">How often the columns of t are repeated.</param>
internal sealed record SubtractKnown(IReadOnlyList<string> Inputs, string Output, int Width, int Repeats)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>yₘ = (1/n)·Σⱼ weightₘⱼ·xₘⱼ² over the n columns of each group m.</summary>
/// <param name="Inputs">x</param>
/// <param name="Output">y</param>
/// <param name="Width">Groups of columns.</param>
/// <param name="Weights">The weights of all columns of x.</param>
internal sealed record AverageSquares(IReadOnlyList<string> Inputs, string Output, int Width, ReadOnlyMemory<Real> Weights)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>The columns of all inputs, one input after another. An input that is named several times is repeated.</summary>
internal sealed record Concatenate(IReadOnlyList<string> Inputs, string Output, int Width) : InferenceOperation(Inputs, Output, Width);

/// <summary>Some neighbouring columns.</summary>
internal sealed record SliceColumns(IReadOnlyList<string> Inputs, string Output, int Width, int First)
    : InferenceOperation(Inputs, Output, Width);

/// <summary>A custom layer, which describes no operations.</summary>
internal sealed record RunLayer(IReadOnlyList<string> Inputs, string Output, int Width, Layer Layer, ReadOnlyMemory<Real> Parameters)
    : InferenceOperation(Inputs, Output, Width);
