"""Trains a network: loss, optimizers, weight averaging, distillation, and one resumable run of Lightning's trainer."""
