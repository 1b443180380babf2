using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.ML.Tests.Docs.Guides;

public class StepByStepGuide
{
    private static readonly float[] Inputs = [0, 0, 0, 1, 1, 0, 1, 1], Targets = [0, 1, 1, 0];

    [Fact]
    public void Dropout_needs_the_forward_call_of_training()
    {
        ReadOnlyMatrix x = new(Inputs, 4, 2), y = new(Targets, 4, 1);
        var (lossFunction, learningRate, last) = (new LogisticLoss(), 0.01, 0.0);
        #region step-by-step-training
        var network = new MultilayerPerceptron { HiddenLayers = [32], Activation = new ReLU(), Dropout = 0.1 }.Build(inputs: 2, outputs: 1);
        var parameters = network.Initialize(new HeNormal(), seed: 1);
        var optimizer = new Adam().Start(network.ParameterCount);
        #endregion
        var workspace = new Workspace(network, rows: 4);
        var gradient = new float[network.ParameterCount];
        for (var iteration = 0; iteration < 500; iteration++)
        {
            #region step-by-step-dropout
            var scores = network.ForwardTraining(parameters, x, workspace, seed: 1, step: iteration);
            #endregion
            lossFunction.Evaluate(scores, y, workspace.ScoreGradient);
            network.Backward(parameters, x, workspace, gradient);
            optimizer.Update(parameters, gradient, learningRate);
        }
        last = lossFunction.Evaluate(network.Forward(parameters, x, workspace), y, workspace.ScoreGradient);
        Assert.InRange(last, 0, 0.1);
    }

    [Fact]
    public void A_trainer_makes_the_same_steps()
    {
        float[] inputs = Inputs, targets = Targets;
        var network = Network.FullyConnected(inputs: 2, hiddenLayers: [4], outputs: 1, new Tanh());
        #region step-by-step-trainer
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            Optimizer = new Sgd(),
            LearningRate = 0.5,
            NumberOfIterations = 1000,
            BatchSize = TrainingOptions.FullBatch,
            StandardizeInputs = false,
            Seed = 1,
        };
        var result = new Trainer(options).Train(network, new ExampleSet(inputs, featureCount: 2, targets));
        #endregion

        // The loop of the example, 1,000 steps.
        var parameters = network.Initialize(new GlorotUniform(), seed: 1);
        var optimizer = new Sgd().Start(network.ParameterCount);
        var workspace = new Workspace(network, rows: 4);
        var gradient = new float[network.ParameterCount];
        ReadOnlyMatrix x = new(inputs, 4, 2), y = new(targets, 4, 1);
        for (var iteration = 0; iteration < 1000; iteration++)
        {
            new LogisticLoss().Evaluate(network.Forward(parameters, x, workspace), y, workspace.ScoreGradient);
            network.Backward(parameters, x, workspace, gradient);
            optimizer.Update(parameters, gradient, 0.5);
        }
        Assert.Equal(parameters, result.Network.Parameters);
    }
}
