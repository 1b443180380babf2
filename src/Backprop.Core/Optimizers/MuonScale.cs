namespace Backprop.Optimizers;

/// <summary>What the size of a step of <see cref="Muon"/> depends on, for a weight matrix with n inputs and m outputs.</summary>
public enum MuonScale
{
    /// <summary>0.2·√max(n, m): the root mean square of a step is that of Adam, about 0.2·α. So one learning rate suits all parameters, and
    /// the usual rates of AdamW apply. Liu et al. (2025), "Muon is scalable for LLM training", arXiv:2502.16982.</summary>
    RootMeanSquare,

    /// <summary>√max(1, m/n): the step changes a layer's outputs by at most about α per unit of its input, whatever the width. The original
    /// rule; usual are α = 0.02 and an <see cref="Muon.OtherRate"/> of 0.05.</summary>
    Spectral,
}
