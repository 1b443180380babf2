// How does a network learn? The four steps of backpropagation, one call each, on XOR.
using System.Globalization;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

#region step-by-step-setup
float[] inputs = [0, 0, 0, 1, 1, 0, 1, 1], targets = [0, 1, 1, 0];

var network = Network.FullyConnected(inputs: 2, hiddenLayers: [4], outputs: 1, new Tanh());
var parameters = network.Initialize(new GlorotUniform(), seed: 1);
var lossFunction = new LogisticLoss();
var optimizer = new Sgd().Start(network.ParameterCount);
const double learningRate = 0.5;

var workspace = new Workspace(network, rows: 4);
var gradient = new float[network.ParameterCount];
#endregion

for (var iteration = 0; iteration <= 1000; iteration++)
{
    ReadOnlyMatrix x = new(inputs, rows: 4, columns: 2), y = new(targets, rows: 4, columns: 1);

    #region calls
    var scores = network.Forward(parameters, x, workspace);                       // 1. forward propagation
    var loss = lossFunction.Evaluate(scores, y, workspace.ScoreGradient);         // 2. loss, and its gradient by the scores
    network.Backward(parameters, x, workspace, gradient);                         // 3. gradients, by the chain rule
    optimizer.Update(parameters, gradient, learningRate);                         // 4. θ ← θ − α·∇J(θ)
    #endregion

    if (iteration % 200 == 0) Console.WriteLine($"iteration {iteration,4}: loss {loss:F4}");
}

#region step-by-step-predict
var predictions = network.Forward(parameters, new ReadOnlyMatrix(inputs, 4, 2), workspace);
lossFunction.Predict(predictions);
for (var row = 0; row < 4; row++)
    Console.WriteLine($"{inputs[2 * row]} xor {inputs[2 * row + 1]} = {predictions.Row(row)[0]:F3}");
#endregion
