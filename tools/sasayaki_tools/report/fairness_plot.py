"""The fairness plot as SVG: per team bars, ratios with intervals, and the Lorenz curve."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log2

from sasayaki.monitoring.v1 import fairness_pb2 as pb

WIDTH = 1120
TOP = 64
HEAD = 76
ROW = 18
GAP = 16
LORENZ = 260
NAMES_TO, BARS_FROM, BARS_TO = 130, 140, 400
RATIO_FROM, RATIO_TO = 440, 760
LORENZ_FROM = 810
RATIO_LEAST, RATIO_MOST = 1 / 64, 16
RATIO_TICKS = (("1/64", 1 / 64), ("1/16", 1 / 16), ("1/4", 1 / 4), ("1", 1), ("4", 4), ("16", 16))
OVER_FROM, UNDER_TO = 1.25, 0.8
INK, PALE, GRID = "#222", "#777", "#ddd"
COLOURS: Mapping[int, str] = {pb.FAIRNESS_FLAG_OVER: "#b5321f", pb.FAIRNESS_FLAG_UNDER: "#1f5fa8"}
NEUTRAL = "#555"
STYLE = (
    "text{font-family:'Noto Sans CJK JP','Noto Sans JP','IPAPGothic','Hiragino Sans',"
    "'Yu Gothic',sans-serif;font-size:12px;fill:#222}.h{font-size:18px}.t{font-size:14px}"
    ".s{font-size:11px;fill:#777}"
)


def plot(told: pb.GetFairnessResponse, names: Mapping[str, str]) -> str:
    """One SVG document; teams stand below each other."""
    parts: list[str] = []
    y = float(TOP)
    for team in told.teams:
        parts += _team(team, names, y)
        y += HEAD + max(LORENZ + 24, ROW * len(team.operators) + 24) + GAP
    since, until = told.since.ToDatetime(), told.until.ToDatetime()
    head = f"モニタリングの公平性 / Fairness of monitoring  ·  {since:%Y-%m-%d} – {until:%Y-%m-%d}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y:.0f}" '
            f'viewBox="0 0 {WIDTH} {y:.0f}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{y:.0f}" fill="#fff"/>',
            _text(20, 30, head, css="h"),
            _legend(20, 52),
            *parts,
            "</svg>\n",
        )
    )


def _legend(x: float, y: float) -> str:
    items = (
        (pb.FAIRNESS_FLAG_OVER, "多い over"),
        (pb.FAIRNESS_FLAG_UNDER, "少ない under"),
        (pb.FAIRNESS_FLAG_NONE, "言い切れない no flag"),
    )
    told = []
    for flag, words in items:
        told += [_mark(x + 6, y - 4, flag), _text(x + 18, y, words)]
        x += 130
    told += [_line(x + 40, y - 11, x + 40, y + 3, INK, 2), _text(x + 50, y, "期待 expected")]
    return "".join(told)


def _team(team: pb.TeamFairness, names: Mapping[str, str], y: float) -> Iterator[str]:
    yield _line(20, y, WIDTH - 20, y, GRID)
    sessions, gini = f"{team.sessions} 回 / sessions", f"ジニ係数 / Gini {team.gini:.2f}"
    title = f"{team.team_id or '-'}  ·  {sessions}  ·  {gini}"
    yield _text(20, y + 24, title, css="t")
    rows_from = y + HEAD
    ordered = sorted(team.operators, key=lambda each: (-each.ratio, each.operator_id))
    yield from _bars(ordered, names, rows_from)
    yield from _ratios(ordered, rows_from)
    yield from _lorenz(team, rows_from)


def _bars(
    operators: Sequence[pb.OperatorFairness], names: Mapping[str, str], y: float
) -> Iterator[str]:
    """Sessions as bars, what is due as a tick across."""
    most = max([1.0, *(max(each.sessions, each.due) for each in operators)])
    yield _text(BARS_FROM, y - 24, "実績と期待 / actual and expected sessions")
    step = _step(most)
    for number in range(int(most / step) + 1):
        x = BARS_FROM + (BARS_TO - BARS_FROM) * number * step / most
        yield _line(x, y, x, y + ROW * len(operators), GRID)
        yield _text(x, y - 6, f"{number * step:g}", css="s", anchor="middle")
    for row, each in enumerate(operators):
        top = y + ROW * row
        wide = (BARS_TO - BARS_FROM) * each.sessions / most
        due = BARS_FROM + (BARS_TO - BARS_FROM) * each.due / most
        name = names.get(each.operator_id, each.operator_id.removeprefix("usr_"))
        yield _text(NAMES_TO, top + 13, name, anchor="end")
        yield (
            f'<rect x="{BARS_FROM}" y="{top + 4:.1f}" width="{wide:.1f}" height="{ROW - 8}" '
            f'fill="{_colour(each.flag)}" fill-opacity="0.55"/>'
        )
        yield _line(due, top + 2, due, top + ROW - 2, INK, 2)


def _ratios(operators: Sequence[pb.OperatorFairness], y: float) -> Iterator[str]:
    """Actual against expected with 95 % intervals, each doubling equally wide."""
    height = ROW * len(operators)
    yield _text(RATIO_FROM, y - 24, "比と95%区間 / ratio and 95 % interval")
    low, high = _ratio_x(UNDER_TO), _ratio_x(OVER_FROM)
    yield (
        f'<rect x="{low:.1f}" y="{y:.1f}" width="{high - low:.1f}" height="{height}" '
        f'fill="#e9f0e4"/>'
    )
    for words, value in RATIO_TICKS:
        x = _ratio_x(value)
        yield _line(x, y, x, y + height, PALE if value == 1 else GRID)
        yield _text(x, y - 6, words, css="s", anchor="middle")
    for row, each in enumerate(operators):
        middle = y + ROW * row + ROW / 2
        colour = _colour(each.flag)
        yield _line(_ratio_x(each.ratio_low), middle, _ratio_x(each.ratio_high), middle, colour, 2)
        yield _mark(_ratio_x(each.ratio), middle, each.flag)


def _lorenz(team: pb.TeamFairness, y: float) -> Iterator[str]:
    """The curve below the diagonal; the area between them is half the Gini coefficient."""

    def at(due: float, actual: float) -> str:
        return f"{LORENZ_FROM + LORENZ * due:.1f},{y + LORENZ * (1 - actual):.1f}"

    yield _text(LORENZ_FROM, y - 24, "ローレンツ曲線 / Lorenz curve")
    chance = team.by_chance
    if team.HasField("by_chance"):
        told = f"偶然なら / by chance: Gini {chance.gini_low:.2f} – {chance.gini_high:.2f}"
        yield _text(LORENZ_FROM, y - 8, f"{told}, p = {chance.p_value:.3f}", css="s")
    yield (
        f'<rect x="{LORENZ_FROM}" y="{y:.1f}" width="{LORENZ}" height="{LORENZ}" fill="none" '
        f'stroke="{GRID}"/>'
    )
    if team.lorenz:
        points = " ".join(at(point.due, point.actual) for point in team.lorenz)
        yield f'<polygon points="{points}" fill="#f3e3d3"/>'
        yield f'<polyline points="{points}" fill="none" stroke="#b5321f" stroke-width="2"/>'
    yield _line(LORENZ_FROM, y + LORENZ, LORENZ_FROM + LORENZ, y, PALE)
    below = "期待の割合 / share of what is due →"
    yield _text(LORENZ_FROM + LORENZ, y + LORENZ + 16, below, css="s", anchor="end")
    x = LORENZ_FROM - 8
    yield (
        f'<text class="s" text-anchor="end" transform="translate({x},{y:.1f}) rotate(-90)">'
        "実績の割合 / share of sessions →</text>"
    )


def _step(most: float) -> float:
    """A round distance between ticks, so that there are 2 to 6."""
    return next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if most / step <= 6), 1000)


def _ratio_x(ratio: float) -> float:
    kept = min(max(ratio, RATIO_LEAST), RATIO_MOST)
    share = log2(kept / RATIO_LEAST) / log2(RATIO_MOST / RATIO_LEAST)
    return RATIO_FROM + (RATIO_TO - RATIO_FROM) * share


def _colour(flag: int) -> str:
    return COLOURS.get(flag, NEUTRAL)


def _mark(x: float, y: float, flag: int) -> str:
    """Flags differ in shape too, for who does not tell the colours apart."""
    colour = _colour(flag)
    if flag == pb.FAIRNESS_FLAG_OVER:
        return f'<path d="M{x:.1f},{y - 6:.1f}l6,10h-12z" fill="{colour}"/>'
    if flag == pb.FAIRNESS_FLAG_UNDER:
        return f'<path d="M{x:.1f},{y + 6:.1f}l6,-10h-12z" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, wide: float = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{wide}"/>'
    )


def _text(x: float, y: float, words: str, *, css: str = "", anchor: str = "start") -> str:
    named = f' class="{css}"' if css else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}"{named} text-anchor="{anchor}">'
        f"{escape(words, quote=False)}</text>"
    )
