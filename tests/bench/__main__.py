"""`python -m tests.bench [--only NAME] [--rows N] [--check]`: measure, write `.data/bench.json`, print a table."""

import argparse
import os
import sys

from config.runner import environment
from config.runner.failure import StartFailure
from config.runner.supervisor import Stopped
from config.runner.terminal import say
from tests.bench import accounts  # noqa: F401  # registers its benches
from tests.bench.load import LoadError
from tests.bench.measuring import measure
from tests.bench.registry import REGISTRY
from tests.bench.report import save, show
from tests.bench.world import running


def main(arguments):
    """The exit status: 0 when everything could be measured; with --check, 1 when a target is missed; 2 for an error."""
    options = _options(arguments)
    folder = environment.data_dir()
    try:
        benches = REGISTRY.chosen(options.only)
        with running(folder / "bench", rows=options.rows) as (world, supervisor):
            rows = measure(benches, REGISTRY, world, between_rounds=supervisor.check_stop)
    except Stopped:
        return 0
    except (StartFailure, LoadError, LookupError) as failure:
        say(str(failure), "✗")
        return 2
    save(folder / "bench.json", rows, REGISTRY.names())
    show(rows, world.notes)
    return 1 if options.check and not all(row.met for row in rows) else 0


def _options(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Doorstep against the floors of this machine.")
    rows = os.environ.get("ROWS") or "0"
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), metavar="NAME", help="one bench, or all whose name begins so (ONLY)")
    parser.add_argument("--rows", type=_count, default=rows, metavar="N", help="volume of those that need one (ROWS)")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)


def _count(text):
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of rows (example: 100000)")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
