"""`python -m sasayaki_tools.report fairness`, and so on."""

import sys

from sasayaki_tools.report import fairness, reasons
from sasayaki_tools.say import Failed


def main(arguments: list[str]) -> int:
    """Prints the report that the first word names; its exit code."""
    match arguments:
        case ["fairness", *rest]:
            return fairness.main(rest)
        case ["reasons", *rest]:
            return reasons.main(rest)
        case _:
            print("usage: sasayaki report fairness|reasons …", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"sasayaki: {failure}")
