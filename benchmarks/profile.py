"""Prints the share of each phase of a fit, in percent: profile.py SAMPLES. profile.sh makes the samples with perf."""
import collections
import re
import sys

# A sample belongs to the first of these phases that matches one of its methods, from the innermost method outwards.
PHASES = [
    ("matrix products", r"Backprop\.Numerics\.Matrix"),
    ("embedding of numbers", r"SinCos|Periodic"),
    ("embedding of categories", r"EntityEmbedding|CategorySlots"),
    ("dropout", r"Dropout|RandomField|TrainingPass::Mask"),
    ("batches", r"Minibatches|Prefetch"),
    ("loss", r"Losses\."),
    ("parameter update", r"Optimizer|ParameterUpdate"),
    ("validation and scores", r"Validat|RowScorer|Metrics\."),
    ("start values", r"StartingValues|Initializers"),
    ("activations, biases, other layers", r"Backprop\.(Activations|Layers|Networks)\."),
    ("reading and preparation", r"Backprop\.(?!Numerics|Training\.Threads)|Microsoft\.ML"),
]
OUTSIDE = {"libclrjit.so": "compiling"}


def stacks(path):
    """The frames of every sample, the innermost first."""
    frames = []
    with open(path, errors="replace") as lines:
        for line in lines:
            if line.strip():
                frames.append(line.strip())
            elif frames:
                yield frames
                frames = []
    if frames:
        yield frames


def method_of(frame):
    """Namespace.Class::Method of compiled code, or None."""
    match = re.search(r"\] ([\w.`+/<>]+::[\w.<>]+)\(", frame)
    return match and match.group(1)


def phase_of(frames):
    for frame in frames:
        for library, name in OUTSIDE.items():
            if library in frame:
                return name
        method = method_of(frame)
        for name, pattern in PHASES if method else []:
            if re.search(pattern, method):
                return name
    return "runtime and system"


if __name__ == "__main__":
    counts = collections.Counter(map(phase_of, stacks(sys.argv[1])))
    total = sum(counts.values())
    for name in [name for name, _ in PHASES] + ["compiling", "runtime and system"]:
        print(f"{name}: {100 * counts[name] / total:.1f}")
