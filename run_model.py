"""Trains the default recipe, publishes it, and draws eight test digits with what they are read as.

`python run_model.py`; it takes the options of `python -m training.train` and says where test_predictions.png lies.
"""

import sys

from training.train import main

if __name__ == "__main__":
    sys.exit(main())
