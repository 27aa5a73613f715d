"""The default network: shallow, and therefore fast. It has the layers of PyTorch's MNIST example."""

from torch import Tensor, nn


class Cnn(nn.Module):
    """Two 3×3 convolutions, one max-pool, two dense layers; 1,199,882 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.dropout2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.conv1(images).relu()  # (B, 32, 26, 26)
        x = self.conv2(x).relu()  # (B, 64, 24, 24)
        x = self.dropout1(nn.functional.max_pool2d(x, 2))  # (B, 64, 12, 12)
        x = self.fc1(x.flatten(1)).relu()  # (B, 128)
        logits: Tensor = self.fc2(self.dropout2(x))
        return logits
