"""Trains the default recipe, publishes the model version, and draws eight test digits with their predictions.

`python run_model.py` takes the options of `python -m training.train` and prints where test_predictions.png is.
"""

import sys

from training.train import main

if __name__ == "__main__":
    sys.exit(main())
