"""Chooses how a version is fine-tuned: the settings of the one training step of a refinement.

What was learned before comes from the manifest of the version in use. The rest was chosen on writers of validation
data (docs/experiments.md).
"""

from shared.recognition.model_version import Manifest
from training.publishing.lineage import list_steps
from training.recipes.recipe import START, DatasetName, Settings

RECIPE = "refine"  # what the manifests of refined versions name as the recipe
BATCH = 128
EPOCHS, EPOCH_BATCHES = 4, 400  # 205,000 images, whatever the number of labels
LEARNING_RATE = 1e-3
TEACHER_SHARE = 0.9  # of the loss of replayed digits
LABELS: DatasetName = "labelled_drawings"


def choose_settings(current: Manifest, replayed: tuple[DatasetName, ...], seed: int) -> Settings:
    """Return the settings of a step that starts from the version in use, which is also the teacher of the replay."""
    given = {
        "architecture": current.architecture,
        "dataset": (*replayed, LABELS),
        "learning_rate": LEARNING_RATE,
        "batch": BATCH,
        "epochs": EPOCHS,
        "epoch_batches": EPOCH_BATCHES,
        "patience": EPOCHS,
        "dropout": 0.0,  # every batch is new, so dropout would only slow learning
        "not_digit_weight": current.recipe.get("not_digit_weight", 0.2),
        "augmentation": current.recipe.get("augmentation", "full"),
        "pictures": was_learned(current, "pictures"),
        "cut_digits": was_learned(current, "cut_digits") and {"mnist", "pen_strokes"} <= set(replayed),
        "start_from": current.reference,
        "teacher": current.reference,
        "teacher_share": TEACHER_SHARE,
        "seed": seed,
    }
    if "pen_strokes" in replayed:
        given["label_filter"] = START
    return Settings.model_validate(given)


def was_learned(current: Manifest, setting: str) -> bool:
    """Return whether any step that the version depends on had that setting."""
    return any(step.settings.get(setting) for step in list_steps(current))
