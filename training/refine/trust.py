"""How far the labels of each owner are to be trusted, as a weight from 0 to 1.

An owner whose labels mostly differ from what a network reads gets no weight, and one who sends very many drawings gets
no more weight than one who sends some hundreds. So neither a vandal nor many of them decide what a label looks like.
"""

import numpy as np
from numpy.typing import NDArray

from training.data.people_drawings import Names

FULL_WEIGHT = 500  # drawings of one owner that count fully


def weigh_labels(agrees: NDArray[np.bool_], owners: Names) -> NDArray[np.float32]:
    """`agrees` (N,): whether the network reads what the label says → weights (N,), the most trusted owner has 1.

    An owner who agrees in half of the drawings, or in fewer, has the weight 0. All drawings without an owner are
    treated as those of one owner, but for their number.
    """
    _, owner_of = np.unique(owners, return_inverse=True)
    counts = np.bincount(owner_of)
    agreed = (np.bincount(owner_of, agrees) + 1) / (counts + 2)  # as if each owner had agreed once and differed once
    trust = (2 * agreed - 1).clip(0)
    trust /= max(trust.max(initial=0), 1e-9)
    crowd = np.where(owners == "", 1, (FULL_WEIGHT / counts[owner_of]).clip(max=1))
    return np.asarray(trust[owner_of] * crowd, np.float32)
