using System.Diagnostics.CodeAnalysis;

namespace Backprop.Losses;

/// <summary>Targets that name a class by its index: 0, 1, ….</summary>
internal static class Classes
{
    /// <summary>Whether a target is an integer from 0 to <paramref name="classes"/> − 1.</summary>
    public static bool IsClass(Real target, int classes) => (int)target == target && (uint)(int)target < (uint)classes;

    /// <summary>The class of a row.</summary>
    /// <exception cref="ArgumentException">The target is not a class.</exception>
    public static int Index(Real target, int classes, int row)
    {
        if (!IsClass(target, classes)) Refuse(target, classes, row);
        return (int)target;
    }

    /// <summary>A method of its own, so that its callers stay short enough to be inlined.</summary>
    /// <exception cref="ArgumentException">Always.</exception>
    [DoesNotReturn]
    public static void Refuse(Real target, int classes, int row) => throw new ArgumentException(
        $"The class of row {row} is {target}; allowed are the integers from 0 to {classes - 1}.", nameof(target));
}
