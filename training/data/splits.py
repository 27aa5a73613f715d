"""Assigns examples to splits by name, for example by the name of the writer.

The split depends on nothing but the name. So a name is in the same split in every run and on every machine, new
examples move no other example, and no list of splits must be stored.
"""

import hashlib

from training.data.labelled_images import Split


def split_by_name(name: str, *, test: float, validation: float) -> Split:
    """Return the split of that name. `test` and `validation` are the shares (0..1) of names in these splits."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64  # uniform in 0..1
    if share < test:
        return "test"
    return "validation" if share < test + validation else "train"
