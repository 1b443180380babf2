"""Computes the expected calibration errors of benchmarks/accuracy/calibration.csv again, from the kept predictions and with NumPy alone.

Run it after "accuracy.sh calibration run". It prints the largest difference, and fails if it is above 1e-5.
"""
import csv
import pathlib
import sys

import numpy

BINS = 15
ROOT = pathlib.Path(__file__).resolve().parent.parent


def ece(probabilities, events):
    # A probability at an edge belongs to the bin below. Single precision, as the measured values have.
    bins = numpy.clip(numpy.ceil(probabilities * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = [abs(probabilities[bins == b].sum() - events[bins == b].sum()) for b in range(BINS)]
    return sum(gaps) / len(probabilities)


def main():
    largest = 0
    with open(ROOT / "benchmarks/accuracy/calibration.csv", newline="") as file:
        results = list(csv.DictReader(file))
    for result in results:
        labels, probabilities = [], []
        for fold in range(1, 6):
            folder = ROOT / "artifacts/calibration" / f"{result['learner']}-{result['recipe']}"
            with open(folder / f"{result['set']}-{fold}.csv", newline="") as file:
                header, *rows = csv.reader(file)
            labels += [header.index(row[0], 2) - 2 for row in rows]
            probabilities += [[float(cell) for cell in row[2:]] for row in rows]
        labels, probabilities = numpy.array(labels), numpy.array(probabilities, dtype=numpy.float32).astype(float)
        top = probabilities.argmax(axis=1)
        top_label = ece(probabilities.max(axis=1), top == labels)
        class_wise = numpy.mean([ece(probabilities[:, k], labels == k) for k in range(probabilities.shape[1])])
        for value, name in ((top_label, "top_label_ece"), (class_wise, "class_wise_ece")):
            largest = max(largest, abs(value - float(result[name])))
    print(f"{len(results)} results, largest difference {largest:.1e}")
    sys.exit(int(largest > 1e-5))


if __name__ == "__main__":
    main()
