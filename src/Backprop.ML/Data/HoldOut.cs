using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Which rows are kept from training, to validate on.</summary>
/// <param name="Fraction">The share of them; in (0, 1).</param>
/// <param name="Rows">Random ones or the last.</param>
/// <param name="SamplingKeyColumnName">Rows that are equal here are kept together; null for none.</param>
/// <param name="Seed">Where random numbers start.</param>
internal sealed record HoldOut(double Fraction, ValidationRows Rows, string? SamplingKeyColumnName, int Seed);
