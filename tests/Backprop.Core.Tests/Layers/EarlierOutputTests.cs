using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

/// <summary>Layers that read what entered an earlier layer.</summary>
public class EarlierOutputTests
{
    [Fact]
    public void A_skip_connection_adds_values_and_gradients()
    {
        IReadsEarlierOutput skip = new SkipConnection(width: 2, length: 3);
        float[] y = [1, 2, 3, 4], gradient = [5, 6, 7, 8];
        skip.AddForward(new ReadOnlyMatrix([10, 20, 30, 40], 2, 2), new Matrix(y, 2, 2));
        skip.AddBackward(new ReadOnlyMatrix([100, 200, 300, 400], 2, 2), new Matrix(gradient, 2, 2));
        Assert.Equal([11f, 22, 33, 44], y);
        Assert.Equal([105f, 206, 307, 408], gradient);
        Assert.Equal(4, skip.SourceOf(layer: 7));
        Assert.Equal(new SkipConnection(2, length: 1), skip.Moved(layer: 5, source: 4));
    }

    [Fact]
    public void An_input_skip_fills_its_last_columns_and_adds_their_gradient()
    {
        IReadsEarlierOutput skip = new InputSkip(width: 1, features: 2);
        float[] y = [1, 0, 0, 2, 0, 0], gradient = [5, 6, 7, 8];
        skip.AddForward(new ReadOnlyMatrix([10, 20, 30, 40], 2, 2), new Matrix(y, 2, 3));
        skip.AddBackward(new ReadOnlyMatrix([9, 100, 200, 9, 300, 400], 2, 3), new Matrix(gradient, 2, 2));
        Assert.Equal([1f, 10, 20, 2, 30, 40], y);
        Assert.Equal([105f, 206, 307, 408], gradient);
        Assert.Equal(0, skip.SourceOf(layer: 7));
    }
}
