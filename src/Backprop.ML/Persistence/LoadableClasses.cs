using Backprop.ML;
using Backprop.ML.Persistence;
using Microsoft.ML;

// How ml.Model.Load finds these classes: the model file names this assembly, and ML.NET searches here for the signature in the file.
[
    assembly: LoadableClass(
        typeof(BackpropModelParameters), null, typeof(SignatureLoadModel), "Backprop.ML network", ModelFile.ModelSignature)]
[
    assembly: LoadableClass(
        typeof(BackpropTransformer), null, typeof(SignatureLoadModel), "Backprop.ML transformer", ModelFile.TransformerSignature)]
