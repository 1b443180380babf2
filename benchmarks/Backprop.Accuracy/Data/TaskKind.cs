namespace Backprop.Accuracy.Data;

/// <summary>What is predicted: yes or no, one of several classes, or a number.</summary>
internal enum TaskKind
{
    Binary,
    Multiclass,
    Regression,
}
