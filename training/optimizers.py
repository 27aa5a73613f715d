"""Optimizers and schedules by name."""

from collections.abc import Iterable

from torch.nn import Parameter
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LRScheduler, OneCycleLR

from training.muon import Muon
from training.options import Options


def build_optimizer(options: Options, parameters: Iterable[Parameter]) -> Optimizer:
    """SGD has Nesterov's momentum of 0.9; Adam's weight decay is L2, AdamW's is decoupled (Loshchilov, Hutter 2019)."""
    rate, decay = options.learning_rate, options.weight_decay
    if options.optimizer == "sgd":
        return SGD(parameters, lr=rate, momentum=0.9, nesterov=True, weight_decay=decay)
    if options.optimizer == "muon":
        return Muon(parameters, lr=rate, weight_decay=decay)
    adam = Adam if options.optimizer == "adam" else AdamW
    return adam(parameters, lr=rate, weight_decay=decay, fused=True)


def build_schedule(options: Options, optimizer: Optimizer, steps: int) -> LRScheduler:
    """Stepped once a batch, over `steps` of them."""
    if options.schedule == "one_cycle":
        momentum = options.optimizer.startswith("adam")  # its betas gain from the cycle, other momentum stays
        return OneCycleLR(optimizer, options.learning_rate, total_steps=steps, cycle_momentum=momentum)
    if options.schedule == "cosine":
        return CosineAnnealingLR(optimizer, T_max=steps)
    return ConstantLR(optimizer, factor=1.0, total_iters=0)
