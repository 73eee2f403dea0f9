"""Run every benchmark: `python -m benchmarks`."""

import platform
from importlib.metadata import version
from os import cpu_count

import click

from benchmarks import classification, report, serving, splitting


@click.command()
@click.option("--quick", is_flag=True, help="Short rounds: shows that everything runs, not how fast.")
@click.option("--write", is_flag=True, help="Write the figures into docs/ as well.")
def main(quick: bool, write: bool) -> None:
    """Measure speed and memory, side by side in one run."""
    splitting.main()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("onnxruntime", "scikit-learn", "flask", "gunicorn"))
    results = {
        "machine": f"{cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}.",
        "calls": classification.measure(quick),
        "serving": serving.measure(quick),
    }
    print()
    print(report.markdown(results))
    if write:
        report.write(results)


if __name__ == "__main__":  # the driver's process imports this module anew
    main()
