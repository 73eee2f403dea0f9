"""The `statements` command: its root, and the sub-commands that need nothing but the model."""

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from models.artefact import MANIFEST, SHIPPED, ArtefactError, read_manifest
from models.classifier import Classifier, Tagged
from models.sentences import Span
from models.sentences import split as split_text
from models.signature import KEY, KEY_FILE, key_from_environment
from models.signature import sign as sign_manifest

if TYPE_CHECKING:
    from models.remote import RemoteClassifier

T = TypeVar("T")
_BATCH = 256  # sentences scored between two moves of the progress bar


class Commands(click.Group):
    """Sub-commands are looked up among the installed entry points, so that each package brings its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the installed sub-commands."""
        return sorted(point.name for point in entry_points(group="statements.commands"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a sub-command on demand; None if there is none of that name."""
        for point in entry_points(group="statements.commands", name=cmd_name):
            command = point.load()
            assert isinstance(command, click.Command)
            return command
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def statements() -> None:
    """Tag every sentence of a news text as warning, allegation, threat, analysis or report."""


def main() -> None:
    """Run the command; any error is one line on stderr and exit status 2."""
    try:
        statements.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        _fail("interrupted")
    except click.ClickException as error:
        _fail(error.format_message())
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away, as `head` does
        sys.exit(0)
    except (ArtefactError, OSError, ValueError) as error:
        _fail(str(error))


def _fail(message: str) -> None:
    click.echo(f"statements: {' '.join(message.split())}", err=True)
    sys.exit(2)


model_option = click.option(
    "--model", type=click.Path(path_type=Path), default=SHIPPED, envvar="STATEMENTS_MODEL", help="Artefact directory."
)
_files = click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))


@click.command()
@_files
@model_option
@click.option("--url", envvar="STATEMENTS_CLIENT_URL", help="Ask the service there; STATEMENTS_CLIENT_KEY is its key.")
@click.option("--format", "style", type=click.Choice(["text", "jsonl", "tsv"]), default="text", help="Output format.")
@click.pass_context
def classify(context: click.Context, files: Sequence[Path], model: Path, url: str | None, style: str) -> None:
    """Tag the sentences of FILES, or of standard input."""
    if url and context.get_parameter_source("model") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--model is a model on disk, --url or STATEMENTS_CLIENT_URL one elsewhere: give one")
    texts = list(_read(files))
    classifier = _remote(url) if url else Classifier.load(model)
    spans = [(name, text, span) for name, text in texts for span in split_text(text)]
    # a terminal that shows the result as well would show the bar in the midst of it
    for batch in in_batches(spans, "classifying", hidden=sys.stdout.isatty()):
        tagged = classifier.tag([text[span.start : span.end] for _, text, span in batch])
        for (name, _, span), item in zip(batch, tagged, strict=True):
            click.echo(_line(style, name, span, item, classifier.labels))


@click.command()
@_files
def split(files: Sequence[Path]) -> None:
    """Print the sentences of FILES, or of standard input, one a line."""
    for _, text in _read(files):
        for start, end in split_text(text):
            click.echo(" ".join(text[start:end].split()))


@click.command()
@model_option
def version(model: Path) -> None:
    """Print the versions of the package and of the model."""
    manifest = read_manifest(model)
    click.echo(f"statements {package_version('statements')}, model {manifest.name} {manifest.version}")


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
def sign(directory: Path) -> None:
    """Sign the artefact in DIRECTORY with the key of STATEMENTS_MODEL_KEY or STATEMENTS_MODEL_KEY_FILE."""
    key = key_from_environment()
    if key is None:
        raise click.UsageError(f"set {KEY} or {KEY_FILE}")
    read_manifest(directory)  # nothing but a manifest is worth a signature
    click.echo(sign_manifest(directory / MANIFEST, key))


def in_batches(items: Sequence[T], label: str, hidden: bool = False) -> Iterator[Sequence[T]]:
    """Cut items into batches, with a progress bar on standard error where that is a terminal."""
    hidden = hidden or not sys.stderr.isatty()
    with click.progressbar(range(0, len(items), _BATCH), label=label, file=sys.stderr, hidden=hidden) as starts:
        for start in starts:
            yield items[start : start + _BATCH]


def _remote(url: str) -> "RemoteClassifier":
    try:
        from models.remote import RemoteClassifier
    except ModuleNotFoundError as error:
        raise click.UsageError("--url needs statements-client: pip install ./client in the source tree") from error
    return RemoteClassifier(url)


def _read(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in files or (Path("-"),):
        name = str(path)
        raw = sys.stdin.buffer.read() if name == "-" else path.read_bytes()
        try:
            yield name, raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} is not UTF-8: byte {error.start}") from error


def _line(style: str, name: str, span: Span, item: Tagged, labels: Sequence[str]) -> str:
    if style == "jsonl":
        row: dict[str, Any] = {
            "file": name,
            "start": span.start,
            "end": span.end,
            "text": item.text,
            "label": item.label,
            "confidence": item.confidence,
            "labels_90": item.labels_90,
            "scores": dict(zip(labels, item.scores, strict=True)),
        }
        return json.dumps(row, ensure_ascii=False)
    sentence = " ".join(item.text.split())
    if style == "tsv":
        return f"{item.label}\t{item.confidence:.4f}\t{span.start}\t{span.end}\t{name}\t{sentence}"
    return f"{item.label:<10} {item.confidence:.2f}  {sentence}"
