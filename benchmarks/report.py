"""What the figures say: tables, the bars that hold or do not, a plot, and docs/performance.md."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

from benchmarks.contestants import CONSTANT, ECHO, PEERS, STATEMENTS, UNBATCHED

DOCS = Path(__file__).parents[1] / "docs"
_IMAGE = "images/performance.svg"
_MARKED = re.compile(r"(<!-- figures -->\n).*(<!-- end of figures -->)", re.DOTALL)
_PEERS = {peer.name for peer in PEERS}

Results = Mapping[str, Any]


def write(results: Results) -> None:
    """Write the figures as JSON, as an image, and between the markers of docs/performance.md."""
    (DOCS / "performance.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    _plot(results["serving"], DOCS / _IMAGE)
    page = DOCS / "performance.md"
    figures = f"![Sentences a second of each server, by workload]({_IMAGE})\n\n{markdown(results)}"
    text = _MARKED.sub(lambda found: found[1] + figures + found[2], page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")


def markdown(results: Results) -> str:
    """The figures as Markdown."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    calls, serving = results["calls"], results["serving"]
    yield results["machine"] + "\n"
    yield from _table(
        ["In one process, ms a call", "scikit-learn", "compiled", "ratio"],
        [
            [name, _ms(row["naive"]), _ms(row["compiled"]), f"{row['ratio']:.2f}"]
            for name, row in calls["calls"].items()
        ],
    )
    yield from _table(
        ["The encoder", "ms a sentence"], [[name, _ms(value)] for name, value in calls["encoder"].items()]
    )
    yield from _table(
        ["Sentences in a request", "ms a sentence"],
        [[f"{int(size):,}", _ms(value)] for size, value in calls["requests"].items()],
    )
    for name, rows in serving["workloads"].items():
        yield from _table(
            [name.capitalize(), "p50 ms", "p99 ms", "requests/s", "sentences/s", "processor ms a request"],
            [
                [
                    *(who, _ms(row["p50"]), _ms(row["p99"]), f"{row['requests']:.1f}", f"{row['sentences']:.0f}"),
                    _ms(row["processor"]),
                ]
                for who, row in rows.items()
            ],
        )
    yield from _table(
        ["Server with two workers", "start to first answer, s", "memory in all, MiB", "of its own a worker, MiB"],
        [
            [name, f"{row['startup']:.1f}", f"{row['total']:.0f}", f"{row['worker']:.0f}"]
            for name, row in serving["servers"].items()
        ],
    )
    for name, why in serving["skipped"].items():
        yield f"{name} skipped: {why}.\n"
    echo = serving["workloads"]["single sentence"][ECHO.name]
    yield f"The driver took {echo['driver'] * echo['requests'] / 1000:.0%} of one core while it loaded the echo.\n"
    yield from _table(
        ["Bar", "measured", "holds"],
        [[bar, value, "yes" if holds else "**no**"] for bar, value, holds in bars(results)],
    )


def bars(results: Results) -> Iterator[tuple[str, str, bool]]:
    """What the project has set itself: the bar, what was measured, and whether it holds."""
    calls, serving = results["calls"], results["serving"]
    singles, articles, *_ = serving["workloads"].values()
    floor = _ratio(singles[CONSTANT.name], singles[ECHO.name])
    yield "all but the encoder over HTTP, at least 0.80 of the echo's rate", f"{floor:.2f}", floor >= 0.8
    for least, (name, row) in zip((20, 5), list(calls["calls"].items())[2:], strict=True):
        yield (
            f"compiled against scikit-learn, {name}, at least {least} times",
            f"{row['ratio']:.1f}",
            row["ratio"] >= least,
        )
    peers = [name for name in articles if name in _PEERS]
    if peers:
        best = max(peers, key=lambda name: articles[name]["sentences"])
        lead = _ratio(articles[STATEMENTS.name], articles[best])
        yield f"article, at least 3 times the best other server ({best})", f"{lead:.2f}", lead >= 3
    own = serving["servers"][STATEMENTS.name]
    yield "a further worker, at most 40 MiB of its own", f"{own['worker']:.0f} MiB", own["worker"] <= 40
    yield "start to first answer, at most 2 s", f"{own['startup']:.1f} s", own["startup"] <= 2
    costs = calls["requests"].values()
    spread = max(costs) / min(costs) - 1
    yield "cost a sentence from the smallest to the largest request, within 10%", f"{spread:.0%}", spread <= 0.1
    gain = _ratio(singles[STATEMENTS.name], singles[UNBATCHED.name])
    yield "single sentences on 8 connections: micro-batching wins", f"{gain:.2f} times", gain > 1


def _ratio(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> float:
    """Median over the rounds of one rate over the other."""
    return median(mine / other for mine, other in zip(ours["rounds"], theirs["rounds"], strict=True))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        yield "| " + " | ".join(row) + " |"
    yield ""


def _ms(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _plot(serving: Mapping[str, Any], path: Path) -> None:
    """Sentences a second of each server with the model, by workload."""
    figure, panels = pyplot.subplots(1, len(serving["workloads"]), figsize=(10, 3), layout="constrained", sharey=True)
    names = [name for name in serving["servers"] if name == STATEMENTS.name or name in _PEERS][::-1]
    for panel, (title, rows) in zip(panels, serving["workloads"].items(), strict=True):
        drawn = panel.barh(names, [rows[name]["sentences"] for name in names], color="#4b7bb5")
        panel.bar_label(drawn, fmt="%.0f", padding=2)
        panel.set(title=title, xlabel="sentences a second")
        panel.margins(x=0.2)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
