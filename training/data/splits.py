"""Which part something belongs to, decided by its name alone.

A name falls in the same part in every run, on every machine, whatever else there is: no list of parts to keep.
"""

import hashlib

from training.data.labelled_images import Split


def split_by_name(name: str, *, test: float, validation: float) -> Split:
    """The part of that name. `test` and `validation` are the shares (0..1) of all names that fall there."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if share < test:
        return "test"
    return "validation" if share < test + validation else "train"
