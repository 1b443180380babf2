namespace Backprop.Explanations;

/// <summary>How the contributions of columns to a prediction are computed.</summary>
public enum ExplanationMethod
{
    /// <summary>The gradients of the score along the path from the baseline to the row. Sundararajan, Taly and Yan (2017), "Axiomatic
    /// attribution for deep networks", arXiv:1703.01365.</summary>
    IntegratedGradients,

    /// <summary>The mean change of the score when a column changes from the baseline to the row, over orders in which all columns change.
    /// Štrumbelj and Kononenko (2014), "Explaining prediction models and individual predictions with feature contributions".</summary>
    ShapleySampling,
}
