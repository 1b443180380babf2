"""Trains networks with scikit-learn and PyTorch, saves their weights for NetworkWeights, and checks files of this library.

Writes exchange/*.npz, exchange/*.safetensors and exchange.json: rows and the predictions of the library that trained. With the
option --check, it reads exchange/ours.* instead, which ExchangeTests wrote. It compares the predictions of NumPy and PyTorch with those
of this library, and writes them to exchange/ours.python.json.
"""
import json
import platform
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).parent
FILES = FOLDER / "exchange"
ROWS = 5


# --- Reading and writing; docs/guides/exchange.md shows some of these functions --------------------------------------

def scikit_arrays(mlp):
    arrays = {}
    for i, (weights, biases) in enumerate(zip(mlp.coefs_, mlp.intercepts_)):
        arrays[f"layers.{2 * i}.weights"] = weights
        arrays[f"layers.{2 * i}.biases"] = biases
    return arrays


def save_safetensors(arrays, path):
    """By the published description of the format; safetensors.numpy.save_file does the same."""
    header, data = {}, b""
    for name, array in arrays.items():
        values = np.ascontiguousarray(array).astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load_safetensors(path):
    content = path.read_bytes()
    length, = struct.unpack("<Q", content[:8])
    arrays = {}
    for name, entry in json.loads(content[8:8 + length]).items():
        first, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(content[8 + length:][first:end], "<f4").reshape(entry["shape"])
    return arrays


def load_json(path):
    content = json.loads(path.read_text())
    return {name: np.array(entry["values"], np.float32).reshape(entry["shape"]) for name, entry in content["arrays"].items()}


def predict(w, x):
    if "inputs.means" in w:
        x = (x - w["inputs.means"]) * w["inputs.factors"]
    layers = sorted(int(name.split(".")[1]) for name in w if name.startswith("layers.") and name.endswith(".weights"))
    for i in layers:
        x = x @ w[f"layers.{i}.weights"] + w[f"layers.{i}.biases"]
        if i != layers[-1]:
            x = np.maximum(x, 0)
    if "targets.means" in w:
        x = x / w["targets.factors"] + w["targets.means"]
    return x


def save_state(model, path):
    np.savez(path, **{name: tensor.numpy() for name, tensor in model.state_dict().items()})


def load_state(model, arrays):
    model.load_state_dict({name: torch.from_numpy(arrays[name].copy()) for name in arrays if name[0].isdigit()})


# --- Models of Python ------------------------------------------------------------------------------------------------

def scikit_models(cases):
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    def add(name, mlp, x, y, predict_rows):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mlp.fit(x, y)
        np.savez(FILES / f"{name}.npz", **scikit_arrays(mlp))
        rows = x[:: len(x) // ROWS][:ROWS].astype(np.float32)
        cases.append(case(name, f"{name}.npz", mlp.activation, mlp.hidden_layer_sizes, rows, predict_rows(mlp, rows.astype(float))))

    iris = load_iris()
    add("sklearn-iris", MLPClassifier((8,), activation="relu", max_iter=150, random_state=1), iris.data, iris.target,
        lambda mlp, x: mlp.predict_proba(x))
    diabetes = load_diabetes()
    add("sklearn-diabetes", MLPRegressor((8, 4), activation="tanh", solver="lbfgs", max_iter=50, random_state=1),
        diabetes.data * 10, diabetes.target / 100, lambda mlp, x: mlp.predict(x)[:, None])
    cancer = load_breast_cancer()
    scaled = (cancer.data - cancer.data.mean(0)) / cancer.data.std(0)
    add("sklearn-cancer", MLPClassifier((4,), activation="logistic", max_iter=50, random_state=1), scaled, cancer.target,
        lambda mlp, x: mlp.predict_proba(x)[:, 1:])


def torch_models(cases):
    torch.manual_seed(1)
    x = torch.randn(200, 6)
    y = torch.stack([x[:, 0] * x[:, 1], x[:, 2].abs()], 1)
    model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(200):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    save_state(model, FILES / "torch-linear.npz")
    np.savez_compressed(FILES / "torch-compressed.npz", **state)
    save_safetensors(state, FILES / "torch-linear.safetensors")
    # The same in double precision and in Fortran order, as NumPy writes a transposed matrix.
    np.savez(FILES / "torch-fortran.npz", **{name: np.asfortranarray(array.astype(np.float64)) for name, array in state.items()})
    rows = x[:ROWS].numpy()
    with torch.no_grad():
        predictions = model(torch.from_numpy(rows)).numpy()
    for file in ("torch-linear.npz", "torch-compressed.npz", "torch-linear.safetensors", "torch-fortran.npz"):
        cases.append(case(f"torch {file}", file, "relu", (8, 5), rows, predictions))


def case(name, file, activation, hidden, rows, predictions):
    return {"name": name, "file": file, "activation": activation, "hidden": list(hidden),
            "rows": [[float(value) for value in row] for row in rows],
            "predictions": [[float(value) for value in row] for row in predictions]}


# --- Files of this library -------------------------------------------------------------------------------------------

def check():
    stored = json.loads((FILES / "ours.predictions.json").read_text())
    rows, expected = np.array(stored["rows"], np.float32), np.array(stored["predictions"])
    readers = {"ours.npz": lambda path: dict(np.load(path)), "ours.safetensors": load_safetensors, "ours.json": load_json}
    for file, read in readers.items():
        difference = np.abs(predict(read(FILES / file), rows) - expected).max()
        print(f"{file}: NumPy's predictions differ by at most {difference:.1e}")
        assert difference < 1e-5
    python = {"Rows": stored["rows"], "NumPy": predict(dict(np.load(FILES / "ours.npz")), rows).astype(float).tolist(),
              "PyTorch": check_torch(rows, expected)}
    (FILES / "ours.python.json").write_text(json.dumps(python) + "\n")


def check_torch(rows, expected):
    arrays = load_safetensors(FILES / "ours-torch.safetensors")
    scale = {name: torch.from_numpy(arrays[name].copy()) for name in arrays if not name[0].isdigit()}
    widths = [arrays["0.weight"].shape[1]] + [array.shape[0] for name, array in arrays.items() if name.endswith("weight")]
    modules = []
    for inputs, outputs in zip(widths, widths[1:]):
        modules += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*modules[:-1])
    load_state(model, arrays)
    with torch.no_grad():
        x = (torch.from_numpy(rows) - scale["inputs.means"]) * scale["inputs.factors"]
        y = model(x) / scale["targets.factors"] + scale["targets.means"]
    difference = np.abs(y.numpy() - expected).max()
    print(f"ours-torch.safetensors: PyTorch's predictions differ by at most {difference:.1e}")
    assert difference < 1e-5
    return y.numpy().astype(float).tolist()


def main():
    if "--check" in sys.argv:
        return check()
    import sklearn

    FILES.mkdir(exist_ok=True)
    cases = []
    scikit_models(cases)
    torch_models(cases)
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__,
                "scikit-learn": sklearn.__version__}
    (FOLDER / "exchange.json").write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
