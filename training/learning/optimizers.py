"""Builds the optimizer that a recipe names, and the one-cycle learning rate schedule."""

from collections.abc import Iterable

from torch.nn import Parameter
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from training.learning.muon import Muon
from training.recipes.recipe import Settings


def build_optimizer(settings: Settings, parameters: Iterable[Parameter]) -> Optimizer:
    """SGD with Nesterov momentum 0.9, AdamW (Loshchilov and Hutter 2019) or Muon."""
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimizer == "sgd":
        return SGD(parameters, lr=rate, momentum=0.9, nesterov=True, weight_decay=decay)
    if settings.optimizer == "muon":
        return Muon(parameters, lr=rate, weight_decay=decay)
    return AdamW(parameters, lr=rate, weight_decay=decay, fused=True)


def build_schedule(settings: Settings, optimizer: Optimizer, steps: int) -> OneCycleLR:
    """One cycle over `steps` batches, stepped once a batch. Smith and Topin 2018.

    Only AdamW's betas follow the cycle: the momentum of SGD and Muon stays as it is.
    """
    cycle_momentum = settings.optimizer == "adamw"
    return OneCycleLR(optimizer, settings.learning_rate, total_steps=steps, cycle_momentum=cycle_momentum)
