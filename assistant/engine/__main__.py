"""Rasa's command line with the patches applied: `python -m assistant.engine run …`."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from contextlib import suppress

from assistant.engine import patches
from assistant.storage import only_in_memory_of

# Numbers of options, from glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
# The greatest threshold that glibc takes for pieces asked from the system one by one.
KEPT_BYTES = 32 * 1024 * 1024


def keep_freed_memory() -> None:
    """Has the C library keep what a message needed for the next: to give it back each time costs a tenth of a message.

    Where it is not glibc, everything stays as it is.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            libc.mallopt(option, KEPT_BYTES)
        libc.mallopt(M_ARENA_MAX, 1)


def main() -> None:
    """Applies the patches, then hands over to Rasa."""
    if sys.argv[1:2] != ["train"]:
        # Idle threads of linear algebra spin, and cost as much as the work; a message has none that they could share.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        keep_freed_memory()
    try:
        only_in_memory_of()
        names = patches.apply()
    except ValueError as error:
        sys.exit(f"The engine does not start: {error}")
    if "no_tensorflow" in names and sys.argv[1:2] not in (["run"], ["shell"], ["train"]):
        sys.exit("The engine trains, runs and talks only; all else needs TensorFlow in place: use `rasa`.")
    # The old libraries under Rasa warn at every start; LOG_LEVEL=DEBUG shows what they say.
    logging.captureWarnings(True)
    if os.environ.get("LOG_LEVEL") != "DEBUG":
        logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
