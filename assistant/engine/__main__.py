"""Rasa's command line with the patches applied: `python -m assistant.engine run …`."""

from __future__ import annotations

import logging
import os
import sys

from assistant.core.blas import choose_kernel
from assistant.core.storage import only_in_memory_of
from assistant.engine import patches


def main() -> None:
    """Applies the patches, then hands over to Rasa."""
    # The old libraries under Rasa warn at every start; LOG_LEVEL=DEBUG shows what they say.
    logging.captureWarnings(True)
    if os.environ.get("LOG_LEVEL") != "DEBUG":
        logging.getLogger("py.warnings").setLevel(logging.ERROR)
    # Training gets a kernel that has been tested (assistant/training/blas_check.py).
    if sys.argv[1:2] != ["train"]:
        choose_kernel()
        # OpenBLAS's idle threads spin, which costs as much as the work itself; one message leaves them none to share.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        only_in_memory_of()
        names = patches.apply()
    except ValueError as error:
        sys.exit(f"The engine does not start: {error}")
    if "no_tensorflow" in names and sys.argv[1:2] not in (["run"], ["shell"], ["train"]):
        sys.exit("The engine trains, runs and talks only; all else needs TensorFlow in place: use `rasa`.")
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
