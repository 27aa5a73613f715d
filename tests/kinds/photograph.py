"""Takes phone photographs of drawn sheets: shade, blur, noise and JPEG."""

import cv2
import numpy as np


def take_photograph(pixels: np.ndarray, seed: int) -> np.ndarray:
    """(H, W, 3) uint8 → the same size, as a camera sees it."""
    random = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = 0.93 - random.uniform(0.05, 0.12) * across - random.uniform(0.02, 0.1) * down
    seen = cv2.GaussianBlur(pixels, (0, 0), 0.8).astype(np.float32) * light[..., None]
    noise = random.normal(0, 3, (height, width, 1))
    return np.asarray(np.clip(seen + noise, 0, 255), np.uint8)
