"""Writes schedules.json: factors of every schedule that PyTorch or scikit-learn has. README.md beside this file says how to run it."""
import math
import warnings

import torch
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer
from torch.optim import lr_scheduler

from generate import write

EPOCHS, STEPS_PER_EPOCH, EXAMPLES = 40, 3, 25


def factors(make, per_step):
    """The learning rate before every step, for a base rate of 1; epoch-wise schedules are asked once an epoch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer)
    found = []
    for _ in range(EPOCHS):
        for _ in range(STEPS_PER_EPOCH):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_step:
                schedule.step()
        if not per_step:
            schedule.step()
    return found


def one_after_the_other(optimizer, first, second, steps):
    return lr_scheduler.SequentialLR(optimizer, [first(optimizer), second(optimizer)], milestones=[steps])


def with_warm_up(optimizer, steps, total):
    return one_after_the_other(
        optimizer, lambda o: lr_scheduler.LinearLR(o, 1 / steps, total_iters=steps - 1), lambda o: lr_scheduler.CosineAnnealingLR(o, total - steps), steps)


def flat_cosine(optimizer, steps, total):
    return one_after_the_other(
        optimizer, lambda o: lr_scheduler.ConstantLR(o, 1, total_iters=0), lambda o: lr_scheduler.CosineAnnealingLR(o, total - steps), steps)


def cosine_logarithmic(cycles, total):
    """Each cycle by itself: where it begins and ends follows from its length, which doubles."""
    def factor(k):
        t, length, start = k / total, 1 / (2 ** cycles - 1), 0.0
        while t >= start + length and length < 1:
            start, length = start + length, 2 * length
        within = math.log2((t - start) / length + 1)
        return (1 - math.cos(2 * math.pi * within)) / 2
    return factor


def plateau(losses, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    found = []
    for loss in losses:
        found.append(optimizer.param_groups[0]["lr"])
        schedule.step(loss)
    return found


def inverse_scaling(power):
    optimizer = SGDOptimizer([], learning_rate_init=1.0, lr_schedule="invscaling", power_t=power)
    found, seen = [], 0
    for _ in range(EPOCHS):
        found += [float(optimizer.learning_rate)] * STEPS_PER_EPOCH
        seen += EXAMPLES
        optimizer.iteration_ends(seen)
    return found


def one_cycle_momentum(rise_share, lowest):
    """PyTorch's momentum, as a share of its upper end."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.95)
    schedule = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=EPOCHS * STEPS_PER_EPOCH, pct_start=rise_share, base_momentum=0.95 * lowest, max_momentum=0.95)
    found = []
    for _ in range(EPOCHS * STEPS_PER_EPOCH):
        found.append(optimizer.param_groups[0]["momentum"] / 0.95)
        optimizer.step()
        schedule.step() if len(found) < EPOCHS * STEPS_PER_EPOCH else None
    return found


def main():
    total = EPOCHS * STEPS_PER_EPOCH
    runs = [
        ("StepDecay", dict(epochsPerStep=7, factor=0.5), lambda o: lr_scheduler.StepLR(o, 7, 0.5), False),
        ("MultiStepDecay", dict(milestones=[5, 6, 30], factor=0.3), lambda o: lr_scheduler.MultiStepLR(o, [5, 6, 30], 0.3), False),
        ("ExponentialDecay", dict(factor=0.9, staircase=True), lambda o: lr_scheduler.ExponentialLR(o, 0.9), False),
        ("ExponentialDecay", dict(factor=0.9), lambda o: lr_scheduler.ExponentialLR(o, 0.9 ** (1 / STEPS_PER_EPOCH)), True),
        ("PolynomialDecay", dict(power=1), lambda o: lr_scheduler.PolynomialLR(o, total, 1.0), True),
        ("PolynomialDecay", dict(power=2.5), lambda o: lr_scheduler.PolynomialLR(o, total, 2.5), True),
        ("CosineDecay", dict(), lambda o: lr_scheduler.CosineAnnealingLR(o, total), True),
        ("CosineDecay", dict(endFactor=0.1), lambda o: lr_scheduler.CosineAnnealingLR(o, total, 0.1), True),
        ("CosineRestarts", dict(firstCycle=5, cycleFactor=2, endFactor=0.1),
         lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5 * STEPS_PER_EPOCH, 2, 0.1), True),
        ("CosineRestarts", dict(firstCycle=7, cycleFactor=1), lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7 * STEPS_PER_EPOCH), True),
        ("CyclicSchedule", dict(halfCycle=4, lowestFactor=0.2),
         lambda o: lr_scheduler.CyclicLR(o, 0.2, 1.0, 4 * STEPS_PER_EPOCH, cycle_momentum=False), True),
        ("OneCycleSchedule", dict(), lambda o: lr_scheduler.OneCycleLR(o, 1.0, total, cycle_momentum=False), True),
        ("OneCycleSchedule", dict(riseShare=0.25, startDivisor=10, endDivisor=100),
         lambda o: lr_scheduler.OneCycleLR(o, 1.0, total, pct_start=0.25, div_factor=10, final_div_factor=100, cycle_momentum=False), True),
        ("CosineDecay", dict(warmUpShare=0.1), lambda o: with_warm_up(o, total // 10, total), True),
        ("FlatCosineSchedule", dict(), lambda o: flat_cosine(o, total // 2, total), True),
        ("FlatCosineSchedule", dict(flatShare=0.75), lambda o: flat_cosine(o, 3 * total // 4, total), True),
        ("InverseTimeDecay", dict(decay=0.5), lambda o: lr_scheduler.LambdaLR(o, lambda k: 1 / (1 + 0.5 * k / STEPS_PER_EPOCH)), True),
        ("CosineLogarithmicSchedule", dict(), lambda o: lr_scheduler.LambdaLR(o, cosine_logarithmic(4, total)), True),
        ("CosineLogarithmicSchedule", dict(cycles=2), lambda o: lr_scheduler.LambdaLR(o, cosine_logarithmic(2, total)), True),
    ]
    planned = []
    for name, options, make, per_step in runs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            planned.append(dict(schedule=name, options=options, factors=factors(make, per_step)))
    planned.append(dict(schedule="InverseScaling", options=dict(power=0.5), factors=inverse_scaling(0.5)))
    planned.append(dict(schedule="InverseScaling", options=dict(power=0.25), factors=inverse_scaling(0.25)))
    planned.append(dict(schedule="OneCycleMomentum", options={}, factors=one_cycle_momentum(0.3, 0.85 / 0.95)))
    planned.append(dict(schedule="OneCycleMomentum", options=dict(riseShare=0.5, lowestFactor=0.5), factors=one_cycle_momentum(0.5, 0.5)))

    losses = [1.0, 0.9, 0.9, 0.95, 0.8999, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.6999, 0.69, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
    watched = [
        dict(options=dict(factor=0.5, patience=1), factors=plateau(losses, factor=0.5, patience=1)),
        dict(options=dict(factor=0.1, patience=0, cooldown=2, lowestFactor=0.01), factors=plateau(losses, factor=0.1, patience=0, cooldown=2, min_lr=0.01)),
        dict(options=dict(factor=0.5, patience=2, minimumImprovement=0.2), factors=plateau(losses, factor=0.5, patience=2, threshold=0.2)),
    ]
    write("schedules", dict(epochs=EPOCHS, stepsPerEpoch=STEPS_PER_EPOCH, examples=EXAMPLES, planned=planned, losses=losses, watched=watched))


if __name__ == "__main__":
    main()
