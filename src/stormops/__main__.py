"""The command line: `stormops --help` teaches it.

`run` starts one process and is handled before anything heavy is imported: a restarted intake must
answer again within a second.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the `stormops` command and of `python -m stormops`."""
    if len(sys.argv) == 3 and sys.argv[1] == "run":
        from stormops.wiring import run_process

        run_process(sys.argv[2])
        return
    from stormops.command import app

    app()


if __name__ == "__main__":
    main()
