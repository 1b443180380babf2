using Backprop.ML;
using Backprop.ML.Persistence;
using Microsoft.ML;

// How ml.Model.Load finds us: the model file names this assembly, and ML.NET looks here for the signature that the file asks for.
[
    assembly: LoadableClass(
        typeof(BackpropModelParameters), null, typeof(SignatureLoadModel), "Backprop.ML network", ModelFile.ModelSignature)]
[
    assembly: LoadableClass(
        typeof(BackpropTransformer), null, typeof(SignatureLoadModel), "Backprop.ML transformer", ModelFile.TransformerSignature)]
