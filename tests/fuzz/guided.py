"""One target under atheris (libFuzzer), which steers by the lines reached: `python -m tests.fuzz.guided NAME SECONDS`.

Exits with libFuzzer's code, 0 when nothing crashed and no input took longer than `HANG_SECONDS`; prints its
statistics.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

HANG_SECONDS = 5
INPUT_BYTES_MAX = 4096


def main() -> None:
    """The command. Raises ModuleNotFoundError when atheris is not installed."""
    name, seconds = sys.argv[1], sys.argv[2]
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["stormops"]):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    target = targets[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", f"-max_len={INPUT_BYTES_MAX}"]
        quiet = ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={folder}/"]
        atheris.Setup([sys.argv[0], *options, *quiet, folder], target.run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
