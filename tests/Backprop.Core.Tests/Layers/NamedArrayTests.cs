using Backprop.Layers;

namespace Backprop.Core.Tests.Layers;

/// <summary>The arrays of a layer are its parameters, each once.</summary>
public class NamedArrayTests
{
    public static TheoryData<Layer> Samples => LayerContractTests.Samples;

    [Theory, MemberData(nameof(Samples))]
    public void Arrays_hold_every_parameter_once_and_bring_it_back(Layer layer)
    {
        var parameters = Enumerable.Range(1, layer.ParameterCount).Select(i => (float)i).ToArray();
        if (layer is MonotoneDense) // some of its weights have no effect, and become 0
            foreach (var array in layer.Arrays) array.WriteTo(array.ReadFrom(parameters), parameters);
        var copy = TestNumbers.Unassigned(parameters.Length);
        var elements = new List<float>();
        foreach (var array in layer.Arrays)
        {
            var values = array.ReadFrom(parameters);
            Assert.Equal(array.Shape.Aggregate(1, (product, size) => product * size), values.Length);
            elements.AddRange(values);
            array.WriteTo(values, copy);
        }
        Assert.Equal(parameters.Length, elements.Count);
        for (var i = 0; i < copy.Length; i++) Assert.Equal(parameters[i], copy[i], parameters[i] * 1e-6f);
        Assert.Equal(layer.Arrays.Count, layer.Arrays.Select(array => array.Name).Distinct().Count());
        Assert.DoesNotContain(layer.Arrays, array => array.Name.Contains(' ', StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_and_members_are_the_first_dimension()
    {
        Assert.Equal(["weights [3, 5, 37]", "biases [3, 37]"], Text(new GroupedDense(15, 111, 3, ntkParametrization: false)));
        Assert.Equal(["scale [2, 4]", "shift [2, 4]"], Text(new PerMember(new LayerNormalization(4), 2)));
        Assert.Equal(
            ["vectors_of_feature_1 [3, 4, 2]"], Text(new PerMember(new EntityEmbedding(5, [new EmbeddedCategory(1, 3, 2)]), 3)));
    }

    [Fact]
    public void Weights_include_the_fixed_factor()
    {
        var layer = new GroupedDense(8, 2, groups: 2, ntkParametrization: true);
        var parameters = TestNumbers.Normal(layer.ParameterCount, seed: 1);
        var weights = layer.Arrays[0].ReadFrom(parameters);
        Assert.Equal([.. layer.EffectiveWeights(parameters, 0), .. layer.EffectiveWeights(parameters, 1)], weights);
    }

    private static IEnumerable<string> Text(Layer layer) =>
        layer.Arrays.Select(array => $"{array.Name} [{string.Join(", ", array.Shape)}]");
}
