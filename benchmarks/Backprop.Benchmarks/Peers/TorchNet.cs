using Backprop.Benchmarks.Harness;
using static TorchSharp.torch;

namespace Backprop.Benchmarks.Peers;

/// <summary>The same network, loss and optimizer in libtorch, eager, through TorchSharp.</summary>
internal sealed class TorchNet : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly optim.Optimizer _optimizer;
    private readonly Net _net;

    /// <summary>Whether the native library can be loaded.</summary>
    public static bool IsAvailable { get; } = CanLoad();

    public TorchNet(Net net, ReadOnlySpan<float> parameters, int threads)
    {
        _net = net;
        set_num_threads(threads);
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        var offset = 0;
        for (var l = 0; l < net.Widths.Length - 1; l++)
        {
            int inputs = net.Widths[l], outputs = net.Widths[l + 1];
            var linear = nn.Linear(inputs, outputs);
            using (no_grad())
            {
                // Ours is [inputs × outputs].
                using var weights = tensor(parameters.Slice(offset, inputs * outputs).ToArray(), [inputs, outputs]);
                using var biases = tensor(parameters.Slice(offset + inputs * outputs, outputs).ToArray());
                linear.weight!.copy_(weights.t());
                linear.bias!.copy_(biases);
            }
            offset += (inputs + 1) * outputs;
            modules.Add(($"dense{l}", linear));
            if (l < net.Widths.Length - 2) modules.Add(($"relu{l}", nn.ReLU()));
        }
        _network = nn.Sequential(modules);
        _optimizer = optim.Adam(_network.parameters(), lr: 0.001);
    }

    /// <summary>Length of the steps from now on; at first 0.001.</summary>
    public double LearningRate
    {
        set
        {
            foreach (var group in _optimizer.ParamGroups) group.LearningRate = value;
        }
    }

    /// <summary>One batch as tensors.</summary>
    public (Tensor X, Tensor Y) Batch(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var features = tensor(x.ToArray(), [y.Length, _net.Inputs]);
        if (_net.IsBinary) return (features, tensor(y.ToArray(), [y.Length, 1]));
        var classes = new long[y.Length];
        for (var i = 0; i < classes.Length; i++) classes[i] = (long)y[i];
        return (features, tensor(classes));
    }

    /// <summary>One step of training.</summary>
    /// <returns>The loss before it, if it is asked for.</returns>
    public float Learn((Tensor X, Tensor Y) batch, bool wantsLoss = false)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var scores = _network.forward(batch.X);
        var loss = _net.IsBinary
            ? nn.functional.binary_cross_entropy_with_logits(scores, batch.Y)
            : nn.functional.cross_entropy(scores, batch.Y);
        loss.backward();
        _optimizer.step();
        return wantsLoss ? loss.item<float>() : 0;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    private static bool CanLoad()
    {
        try
        {
            set_num_threads(1);
            return true;
        }
        catch (TypeInitializationException)
        {
            return false;
        }
    }
}
