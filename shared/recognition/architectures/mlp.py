"""Dense layers only, 784-128-64-10. A baseline that shows how much convolutions improve."""

from torch import Tensor, nn


class Mlp(nn.Module):
    """Three dense layers; 109,386 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.fc1(images.flatten(1)).relu()  # (B, 128)
        logits: Tensor = self.fc3(self.fc2(x).relu())
        return logits
