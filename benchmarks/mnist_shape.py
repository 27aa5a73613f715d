"""The shape of MNIST's training images that preprocessing must reproduce: their centre of mass and their line width.

`python -m benchmarks.mnist_shape` prints percentiles in pixels of the 28×28 image. The constants of
`shared/recognition/preprocessing.py` come from this table.
"""

import numpy as np

from shared.recognition.preprocessing import measure_box_width
from training.data.mnist import load_mnist

PERCENTILES = (1, 5, 50, 95, 99)


def main() -> None:
    """Prints the table. Needs MNIST (`make data`)."""
    images = load_mnist("train").images
    mass = images.sum(axis=(1, 2), dtype=float)  # (60000,)
    steps = np.arange(images.shape[1])
    widths = [measure_box_width(image.astype(np.float32) / 255) for image in images]
    rows = {
        "centre of mass, row": images.sum(axis=2, dtype=float) @ steps / mass,
        "centre of mass, column": images.sum(axis=1, dtype=float) @ steps / mass,
        "line width": np.array(widths),
    }
    print(f"| over {len(images):,} training images | {' | '.join(f'{p} %' for p in PERCENTILES)} |")
    print("| --- " * (len(PERCENTILES) + 1) + "|")
    for name, values in rows.items():
        print(f"| {name} | {' | '.join(f'{value:.2f}' for value in np.percentile(values, PERCENTILES))} |")


if __name__ == "__main__":
    main()
