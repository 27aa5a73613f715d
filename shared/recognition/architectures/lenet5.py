"""LeNet-5 of LeCun et al. 1998 with the layers that are usual today: ReLU, max-pooling, full connections."""

from torch import Tensor, nn
from torch.nn.functional import max_pool2d


class LeNet5(nn.Module):
    """Two 5×5 convolutions with pooling, three dense layers; 61,706 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = max_pool2d(self.conv1(images).relu(), 2)  # (B, 6, 14, 14)
        x = max_pool2d(self.conv2(x).relu(), 2)  # (B, 16, 5, 5)
        x = self.fc1(x.flatten(1)).relu()  # (B, 120)
        logits: Tensor = self.fc3(self.fc2(x).relu())
        return logits
