namespace ServePredictions;

#region serve-classes
public sealed class Customer
{
    public required float Months { get; set; }
    public float Fee { get; set; } = float.NaN; // may be missing, as in the file
    public required float Calls { get; set; }
    public required string Contract { get; set; }
}

public sealed class Prediction
{
    public bool PredictedLabel { get; set; }
    public float Probability { get; set; }
}
#endregion
