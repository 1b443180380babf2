namespace Backprop.GradientTests.Checking;

/// <summary>A backward that is not the derivative of its forward, or that breaks the contract on buffers.</summary>
internal sealed class GradientMismatchException(string message) : Exception(message);
