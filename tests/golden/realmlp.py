"""Writes realmlp.json: fifty steps of RealMLP as its authors published it. README.md beside this file says how to run it.

    realmlp.py STANDALONE PYTABKIT

The arguments are folders with the two repositories of the authors on GitHub, both under Apache-2.0, of which nothing is copied here:
dholzmueller/realmlp-td-s_standalone at a8c73f75dbeae4ab1ba5bc92372c444ffa0f766e (the recipe TD-S), and dholzmueller/pytabkit at
33cbf23e3a8ad8b773cbea296d3858e832c1c110 (the recipe TD). Paper: Holzmueller, Grinsztajn and Steinwart (2024), "Better by default",
arXiv:2407.04491.

They run as they are, but smaller: where they have 256 units, 256 rows of a batch and 256 epochs, here are ten of each. Of 53 rows, five
batches are full, and the published code drops the rest of a pass, so there are fifty steps, and the schedules come to their end.
Dropout is off, for no two programs drop the same units.

Layout of every parameter vector: tables of embedded categories, one after the other, row 0 first; for every number its frequencies,
then its phases; for every number W [frequencies x 3] row-major, then b; factors of the front scale; for every dense layer W [inputs x
outputs] row-major, then b, then the shares of its parametric activation. The published code puts what it makes of all numbers first and
the numbers themselves behind; here every number stands before what is made of it. Codes are those of all categories before any is encoded,
from 1 on; 0 stands for missing ones and, in TD-S, for those that no row to train on has. pytabkit knows those of the other rows as well.
"""
import sys
import types

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_diabetes, load_wine

from generate import report, write

TRAINING, VALIDATION, SIZE, KEPT = 53, 20, 10, (1, 10, 50)


# --- Data: two of scikit-learn's sets, some of whose columns are cut into categories -----------------------------------

def wine():
    x, y = load_wine(return_X_y=True, as_frame=True)
    return dict(numbers=x[["alcohol", "malic_acid", "flavanoids", "hue"]],
                categories=[x.color_intensity.round(), pd.cut(x.proline, [0, 500, 800, 1100, 2000], labels=False), x.magnesium > 100], y=y)


def diabetes():
    x, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    return dict(numbers=x[["bmi", "bp", "s1", "s3", "s5"]], categories=[x.age // 5, x.s4.round(), x.sex], y=y)


def subset(data, seed):
    """Rows to train on, then rows to validate with; every twelfth category is missing."""
    rows = np.random.RandomState(seed).permutation(len(data["y"]))[:TRAINING + VALIDATION]
    x = data["numbers"].iloc[rows].reset_index(drop=True).astype(np.float32)
    for k, column in enumerate(data["categories"]):
        texts = [f"{float(value):04.1f}" for value in column.iloc[rows]]
        x[f"category {k}"] = pd.Series([np.nan if (row + k) % 12 == 7 else text for row, text in enumerate(texts)], dtype=object)
    return x, data["y"].iloc[rows].to_numpy()


# --- What happens in a run -----------------------------------------------------------------------------------------------

class Course:
    """Takes notes of a run: the rows of all batches, losses, and at some steps the parameters and the scores of all rows."""

    def __init__(self):
        self.order, self.losses, self.states = [], [], []

    def begin(self, parameters, scores):
        self.parameters, self.scores, self.initial = parameters, scores, parameters()

    def note(self):
        if len(self.losses) in KEPT:
            self.states.append(dict(step=len(self.losses), parameters=self.parameters(), scores=self.scores()))

    def content(self):
        return dict(order=self.order, initial=self.initial, losses=np.array(self.losses), states=self.states)


def flat(tensors):
    return np.concatenate([tensor.detach().numpy().ravel() for tensor in tensors])


def like(module, **others):
    """A copy of a module in which some names mean something else."""
    copy = types.ModuleType(module.__name__)
    copy.__dict__.update(module.__dict__, **others)
    return copy


# --- TD-S, by the standalone code ----------------------------------------------------------------------------------------

def published_standalone(course, x, dtype):
    """The module mlp, which notes what happens, and may count in float64."""
    import mlp

    class Data(torch.utils.data.TensorDataset):
        def __getitem__(self, row):
            if len(self) == TRAINING:
                course.order.append(row)
            return super().__getitem__(row)

    class Adam(torch.optim.Adam):
        def __init__(self, groups, **options):
            super().__init__(groups, **options)
            model = course.model
            course.begin(lambda: flat(model.parameters()), lambda: flat([model(torch.as_tensor(x, dtype=dtype))]))

        def step(self):
            super().step()
            course.note()

    def noting(kind):
        class Criterion(kind):
            def forward(self, *arguments):
                loss = super().forward(*arguments)
                course.losses.append(loss.item())
                return loss
        return Criterion

    def sequential(*layers):
        course.model = torch.nn.Sequential(*layers).to(dtype)
        return course.model

    nn = torch.nn
    mlp.nn = like(nn, Sequential=sequential, CrossEntropyLoss=noting(nn.CrossEntropyLoss), MSELoss=noting(nn.MSELoss))
    mlp.torch = like(torch, optim=like(torch.optim, Adam=Adam), float32=dtype)
    mlp.TensorDataset = Data
    fit = mlp.SimpleMLP.fit
    if 256 in fit.__code__.co_consts:  # one constant for units, rows of a batch and epochs
        fit.__code__ = fit.__code__.replace(co_consts=tuple(SIZE if c == 256 else c for c in fit.__code__.co_consts))
    return mlp


def run_standalone(x, y, is_class, seed, dtype=torch.float32):
    import preprocessing
    pipeline = preprocessing.get_realmlp_td_s_pipeline()
    prepared = np.concatenate([pipeline.fit_transform(x[:TRAINING]), pipeline.transform(x[TRAINING:])])
    encoded = pipeline["one_hot"].transform(x)
    course = Course()
    mlp = published_standalone(course, prepared, dtype)
    torch.manual_seed(seed)
    model = mlp.SimpleMLP(is_classification=is_class).fit(prepared[:TRAINING], y[:TRAINING], prepared[TRAINING:], y[TRAINING:])
    codes = np.stack([pd.Categorical(x[c], sorted(set(x[c][:TRAINING].dropna()))).codes + 1 for c in x if x[c].dtype == object], 1)
    return dict(recipe="TD-S", isClass=is_class, numbers=0, features=encoded.astype(np.float32), prepared=prepared.astype(np.float32), codes=codes, tables=[], draws=[],
                **course.content(), selected=flat(model.model_.parameters()), predictions=(model.predict_proba if is_class else model.predict)(prepared).astype(np.float32).ravel())


# --- TD, by pytabkit -------------------------------------------------------------------------------------------------------

def published_pytabkit(folder):
    """pytabkit without the packages that only its other models need. What PyTorch Lightning would do is done in run_pytabkit."""
    def module(name, **content):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(content)
        return sys.modules[name]

    module("pytabkit", __path__=[f"{folder}/pytabkit"])
    lightning = module("lightning.pytorch", LightningModule=torch.nn.Module)
    module("lightning", pytorch=lightning)
    module("lightning.pytorch.callbacks", Callback=object)
    sys.modules["torch.optim.optimizer"].StateDict = dict  # a name of later versions, for hints of types


class Draws:
    """Takes note of the random numbers of every dense layer's start."""

    def __init__(self):
        self.layers, self.real = [], (torch.randn, torch.randint, torch.distributions.Exponential.sample)

    def __enter__(self):
        randn, randint, sample = self.real

        def weights(*size, **options):
            drawn = randn(*size, **options)
            self.layers.append(dict(weights=drawn.numpy().ravel()))
            return drawn

        def rows(*arguments, **options):
            drawn = randint(*arguments, **options)
            self.layers[-1]["rows"] = drawn.numpy().ravel()
            return drawn

        def shares(distribution, size):
            drawn = sample(distribution, size)
            self.layers[-1]["shares"] = (drawn / drawn.sum(1, keepdim=True)).numpy().ravel()
            return drawn

        torch.randn, torch.randint, torch.distributions.Exponential.sample = weights, rows, shares
        return self

    def __exit__(self, *_):
        torch.randn, torch.randint, torch.distributions.Exponential.sample = self.real

    def of_dense_layers(self, numbers):
        first, *others = [layer for layer in self.layers if "rows" in layer]
        weights = first["weights"].reshape(-1, SIZE)
        return [dict(first, weights=weights[columns(numbers, len(weights))]), *others]


def columns(numbers, width):
    """Where every column that enters the front scale stands in the published code."""
    return [i for j in range(numbers) for i in (3 * numbers + j, 3 * j, 3 * j + 1, 3 * j + 2)] + list(range(4 * numbers, width))


def layout(model):
    """All parameters of a model, as the docstring of this file has them."""
    from pytabkit.models.nn_models import activations, base, categorical, nn
    kinds = (categorical.SingleEmbeddingLayer, nn.PLREmbeddingsLayerCosBias, base.ScaleLayer, base.WeightLayer, base.BiasLayer, activations.ParametricActivationLayer)
    layers = [layer for layer in model.modules() if isinstance(layer, kinds) and any(p.requires_grad for p in layer.parameters())]
    tables = [layer.emb for layer in layers if isinstance(layer, kinds[0])]
    waves = next(layer for layer in layers if isinstance(layer, kinds[1]))
    frequencies, phases, weights, biases = (part[0] for part in (waves.weight_1, waves.bias_1, waves.weight_2, waves.bias_2))
    numbers = len(frequencies)
    scale, first, *others = [p for layer in layers if isinstance(layer, kinds[2:]) for p in layer.parameters()]
    order = columns(numbers, scale.numel())
    per_number = [part[j] for parts in ((frequencies, phases), (weights, biases)) for j in range(numbers) for part in parts]
    return flat([*tables, *per_number, scale[0, 0, order], first[0, order], *others])


def dataset(x, y, is_class):
    from pytabkit.models.data.conversion import ToDictDatasetConverter
    from pytabkit.models.data.data import DictDataset, TensorInfo
    ds = ToDictDatasetConverter().fit_transform(x)
    targets = torch.as_tensor(y, dtype=torch.long if is_class else torch.float32)[:, None]
    info = TensorInfo(cat_sizes=[int(y.max()) + 1]) if is_class else TensorInfo(feat_shape=[1])
    return DictDataset(dict(ds.tensors, y=targets), dict(ds.tensor_infos, y=info))


def run_pytabkit(x, y, is_class, seed, dtype=torch.float32):
    from pytabkit.models.alg_interfaces.base import InterfaceResources, SplitIdxs
    from pytabkit.models.data import data
    from pytabkit.models.sklearn.default_params import DefaultParams
    from pytabkit.models.training.lightning_modules import TabNNModule
    config = dict(DefaultParams.RealMLP_TD_CLASS if is_class else DefaultParams.RealMLP_TD_REG)
    config.update(hidden_sizes=[SIZE] * 3, n_epochs=SIZE, batch_size=SIZE, p_drop=0.0)
    module, ds, course = TabNNModule(**config), dataset(x, y, is_class), Course()
    split = SplitIdxs(torch.arange(TRAINING)[None], torch.arange(TRAINING, TRAINING + VALIDATION)[None], None, seed, [seed], 0)
    with Draws() as draws:
        module.compile_model(ds, [split], InterfaceResources(1, []))
    static = module.train_dl.ds.tensors
    if dtype != torch.float32:
        module.model.to(dtype)
        static = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in static.items()}
        module.train_dl.ds.tensors = static
        module.val_dl.val_x_dl.ds.tensors = {name: static[name] for name in module.val_dl.val_x_dl.ds.tensors}

    # What Lightning does with a module.
    callbacks, optimizer = module.create_callbacks(), module.configure_optimizers()
    call = lambda name, *arguments: [getattr(c, name)(None, module, *arguments) for c in callbacks if hasattr(c, name)]
    module.optimizers = lambda use_pl_optimizer=True: optimizer
    module.manual_backward = lambda loss: (loss.backward(), call("on_after_backward"))
    permute = data.batch_randperm

    def noted(*arguments, **options):
        permutation = permute(*arguments, **options)
        course.order += permutation[0, :TRAINING // SIZE * SIZE].tolist()
        return permutation

    data.batch_randperm = noted
    everything = lambda: module.model({name: tensor[None] for name, tensor in static.items()})["x_cont"]
    course.begin(lambda: layout(module.model), lambda: flat([everything()]))
    module.on_fit_start()
    call("on_fit_start")
    for _ in range(SIZE):
        module.model.train()
        for number, batch in enumerate(module.train_dl):
            call("on_train_batch_start", batch, number)
            course.losses.append(module.training_step(batch, number).item())
            course.note()
        module.on_validation_start()
        with torch.no_grad():
            for number, batch in enumerate(module.val_dl):
                module.validation_step(batch, number)
            module.on_validation_epoch_end()
        call("on_validation_end")
    data.batch_randperm = permute
    call("on_fit_end")
    module.model.eval()
    predictions = everything()
    numbers = static["x_cont"].shape[1]
    return dict(
        recipe="TD", isClass=is_class, numbers=numbers, **prepared(module, static, everything), codes=ds.tensors["x_cat"].numpy(),
        tables=[layer.emb.shape[1] - 1 for layer in module.model.modules() if hasattr(layer, "emb")],
        draws=draws.of_dense_layers(numbers), **course.content(), selected=layout(module.model),
        predictions=flat([torch.softmax(predictions, -1) if is_class else predictions]))


def prepared(module, static, scores):
    """The columns as they came, and as they enter the front scale: numbers, one-hot columns; of the first, the codes of embedded categories as well."""
    from pytabkit.models.nn_models.base import ScaleLayer
    scale = next(layer for layer in module.model.modules() if isinstance(layer, ScaleLayer) and layer.scale.requires_grad)
    seen = []
    scale.forward_cont = lambda x: (seen.append(x[0].detach().numpy()), x * scale.scale)[1]
    scores()
    del scale.forward_cont
    numbers, one_hot = static["x_cont"].shape[1], static["x_one_hot"].shape[1]
    return dict(features=torch.cat([static["x_cont"], static["x_one_hot"], static["x_cat"].float()], 1).numpy(), prepared=seen[0][:, 3 * numbers:4 * numbers + one_hot])


def plain(value):
    """The same with flat arrays, and lists where the numbers are whole."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype.kind == "i" else value.ravel().astype(np.float32)
    return [plain(item) for item in value] if isinstance(value, list) else value


def main(standalone, pytabkit):
    torch.set_num_threads(1)
    sys.path.insert(0, standalone)
    published_pytabkit(pytabkit)
    runs = []
    for data, is_class, seed in ((wine(), True, 1), (diabetes(), False, 2)):
        x, y = subset(data, seed)
        for recipe in (run_standalone, run_pytabkit):
            single, exact = (recipe(x, y, is_class, seed, dtype) for dtype in (torch.float32, torch.float64))
            report(f"{single['recipe']}, {'classes' if is_class else 'regression'}", losses=(single["losses"], exact["losses"]), **{
                f"{name} {a['step']}": (a[name], b[name]) for a, b in zip(single["states"], exact["states"]) for name in ("parameters", "scores")})
            runs.append(dict(targets=y.astype(np.float32), columns=single["features"].shape[1], **single))
    write("realmlp", dict(training=TRAINING, validation=VALIDATION, size=SIZE, runs=plain(runs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
