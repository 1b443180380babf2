namespace Backprop.Losses;

/// <summary>Targets that name a class: whole numbers from 0.</summary>
internal static class Classes
{
    /// <summary>Whether a target is one of so many classes.</summary>
    public static bool IsClass(Real target, int classes) => (int)target == target && (uint)(int)target < (uint)classes;

    /// <summary>The class of a row.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static int Index(Real target, int classes, int row) => IsClass(target, classes)
        ? (int)target
        : throw new ArgumentException($"The class of row {row} is {target}; allowed are 0 to {classes - 1}.", nameof(target));
}
