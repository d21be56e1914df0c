"""`python -m sasayaki_tools.bench WHAT`: one of `SUBJECTS`."""

import sys
from importlib import import_module

SUBJECTS = (
    "media",
    "log",
    "fairness",
    "contacts",
    "vault",
    "routing",
    "gateway",
    "wall",
    "console",
)


def main(arguments: list[str]) -> int:
    """Runs the benchmark that the first word names; its exit code."""
    if not arguments or arguments[0] not in SUBJECTS:
        print(f"usage: sasayaki bench {{{','.join(SUBJECTS)}}} …", file=sys.stderr)
        return 2
    return int(import_module(f"sasayaki_tools.bench.{arguments[0]}").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
