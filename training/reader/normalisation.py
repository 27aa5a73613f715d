"""How grey levels enter the reader network: (level - 128) / 64. The manifest of each version says so, too."""

from shared.recognition.normalisation import Normalisation

NORMALISATION = Normalisation(mean=128 / 255, std=64 / 255)
