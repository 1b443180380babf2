namespace Backprop.Layers;

/// <summary>The form of the periodic features that replace a value x.</summary>
public enum PeriodicForm
{
    /// <summary>cos(2π·c·x) for every frequency c, then sin(2π·c·x) for every frequency.</summary>
    CosineAndSine,

    /// <summary>x itself, and then cos(2π·w·x + b) for every frequency w, with a phase b of its own.</summary>
    CosineWithPhase,
}
