"""`python -m training.reader`: trains the reader and keeps its weights in a run folder."""

import argparse
import gzip
import logging
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader

from shared.recognition.architectures.reader import Reader
from training.data.mnist import load_mnist
from training.data.pen_characters import read_pen_digits, read_pen_letters
from training.reader.hands import make_scenery_doodles
from training.reader.loss import compute_loss
from training.reader.pages import ComposedPages
from training.rendering.pages.hands import make_hands

log = logging.getLogger("training.reader")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pen-digits", type=Path, action="append", default=[])
    parser.add_argument("--pen-letters", type=Path)
    parser.add_argument("--doodles", type=Path)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--width", type=int, default=48)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    mnist = load_mnist("train", options.data_dir)
    digits = [character for path in options.pen_digits for character in read_pen_digits(path, "train")]
    letters = read_pen_letters(options.pen_letters, "train")
    drawings = np.frombuffer(gzip.decompress(options.doodles.read_bytes()), np.uint8).reshape(-1, 28, 28)
    hands = make_hands(digits, mnist.images, mnist.labels, letters, drawings, make_scenery_doodles())
    options.run.mkdir(parents=True, exist_ok=True)

    network = Reader(options.width).to(memory_format=torch.channels_last)
    if options.start:
        network.load_state_dict(torch.load(options.start, weights_only=True))
    average = torch.optim.swa_utils.AveragedModel(
        network,
        avg_fn=lambda mean, weight, count: mean + (weight - mean) * max(0.002, 1 / (1 + count.item() / 2)),
        use_buffers=True,
    )
    decayed = [weight for weight in network.parameters() if weight.ndim > 1]
    plain = [weight for weight in network.parameters() if weight.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}], lr=options.rate
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / 300) * 0.5 * (1 + np.cos(np.pi * min(1, step / options.steps))) + 1e-3,
    )
    loader = DataLoader(
        ComposedPages(hands, options.seed), batch_size=None, num_workers=options.workers, prefetch_factor=4
    )
    started, parts, waited = time.time(), torch.zeros(3), 0.0
    batches = iter(loader)
    for step in range(1, options.steps + 1):
        asked = time.time()
        pictures, *targets = next(batches)
        waited += time.time() - asked
        pages = normalise(pictures).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            maps = network(pages)
        loss, part = compute_loss(maps.float(), *targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(network)
        parts += part
        if step % 50 == 0:
            log.info(
                "step %d  centres %.3f signs %.3f places %.3f  %.2f s/step, waited %.2f",
                step,
                *(parts / 50).tolist(),
                (time.time() - started) / step,
                waited / step,
            )
            parts.zero_()
        if step % 250 == 0 or step == options.steps:
            path = options.run / "average.pt"
            torch.save(average.module.state_dict(), path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)


def normalise(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures.float() - 128) / 64


if __name__ == "__main__":
    main()
