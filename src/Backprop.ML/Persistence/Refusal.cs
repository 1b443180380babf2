namespace Backprop.ML.Persistence;

/// <summary>One type of exception for every file that cannot be read.</summary>
internal static class Refusal
{
    /// <summary>
    /// Reads from a file. Every exception that the file causes becomes a <see cref="FormatException"/> without an inner exception.
    /// </summary>
    /// <remarks>
    /// ML.NET wraps the exceptions of loaders. Callers find the <see cref="FormatException"/> by <see
    /// cref="Exception.GetBaseException"/>.
    /// </remarks>
    /// <exception cref="FormatException">The file is damaged, or its parts contradict each other.</exception>
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem.GetBaseException() is not FormatException && IsDueToTheFile(problem))
        {
            var cause = problem.GetBaseException();
            throw new FormatException($"The saved model cannot be read. {cause.GetType().Name}: {cause.Message}");
        }
    }

    // A full disk or too little memory is not caused by the file. A file that ends too early is.
    private static bool IsDueToTheFile(Exception problem) =>
        problem is EndOfStreamException
        or not (IOException or UnauthorizedAccessException or OutOfMemoryException or OperationCanceledException);
}
