namespace Backprop.Layers;

/// <summary>Which periodic features replace a value x.</summary>
public enum PeriodicForm
{
    /// <summary>cos(2π·c·x) for every frequency c, and then sin(2π·c·x) for every one.</summary>
    CosineAndSine,

    /// <summary>x itself, and then cos(2π·w·x + b) for every frequency w, with a phase b of its own.</summary>
    CosineWithPhase,
}
