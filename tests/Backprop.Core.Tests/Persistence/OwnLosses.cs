using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Losses as users write them: options in the constructor and in properties. What they compute does not matter here.</summary>
internal abstract record OwnLoss : RowLoss
{
    public override TargetKind TargetKind => TargetKind.Real;

    public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient) =>
        new SquaredError().EvaluateRows(scores, targets, losses, gradient);

    public override void Predict(Matrix scores)
    {
    }
}

internal sealed record Profit(double Price) : OwnLoss
{
    public string Currency { get; init; } = "EUR";

    public int[] Tiers { get; init; } = [];

    // Follows from the rest, so no file keeps it.
    public double Double => 2 * Price;

    public bool Equals(Profit? other) =>
        other is not null && (Price, Currency) == (other.Price, other.Currency) && Tiers.SequenceEqual(other.Tiers);

    public override int GetHashCode() => HashCode.Combine(Price, Currency);

    internal sealed record Nested : OwnLoss;
}

internal sealed record Picky : OwnLoss
{
    public double Share
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Share), value, "must be from 0 to 1");
    }
}

/// <summary>Throws what its option says: in the constructor, in a setter, or later.</summary>
internal sealed record Moody(string Constructor) : OwnLoss
{
    public string Constructor { get; } = Throw(Constructor);

    public string Setter
    {
        get;
        init => field = Throw(value);
    } = "";

    public string Later { get; init; } = "";

    public override TargetKind TargetKind => Throw(Later).Length == 0 ? TargetKind.Real : TargetKind.Class;

    public override bool AllowsTargetScaling => Throw(Later).Length == 0;

    public override int OutputsFor(int targetColumns) => targetColumns + Throw(Later).Length;

    private static string Throw(string what) => what switch
    {
        "" => "",
        "division" => throw new DivideByZeroException("The mood is divided."),
        "wrapped" => throw new InvalidOperationException("outside", new TimeZoneNotFoundException("The mood is divided.")),
        "format" => throw new FormatException("The mood is divided.", new ArithmeticException("inside")),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "is none of the cases"),
    };
}

internal sealed record Generic<T> : OwnLoss;

/// <summary>No loss. Whoever makes one leaves a trace.</summary>
internal sealed record Trap
{
    private static int _made;

    public Trap() => Interlocked.Increment(ref _made);

    public static int Made => Volatile.Read(ref _made);
}
