"""The documents: they build without a warning, load nothing from elsewhere, and their samples do what they show."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = re.compile(r"```(sh|js|python)\n(.*?)```\n\n```(?:json|text)\n(.*?)```", re.DOTALL)
RUNNERS = {
    "sh": ["bash", "-euc"],
    "js": ["node", "--input-type=module", "--eval"],
    "python": [sys.executable, "-c"],
}
SAMPLES = [
    pytest.param(*found.groups(), id=f"{page}-{number}-{found[1]}")
    for page in ("index.md", "api.md")
    for number, found in enumerate(SAMPLE.finditer((ROOT / "docs" / page).read_text()))
]


@pytest.mark.parametrize(("language", "code", "shown"), SAMPLES)
def test_a_sample_prints_what_the_page_shows(url, language, code, shown):
    tool = RUNNERS[language][0] if language != "sh" else "curl"
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    if language == "python" and not find_spec("statements_client"):
        pytest.skip("statements_client is not installed")
    assert "http://127.0.0.1:8000" in code
    command = [*RUNNERS[language], code.replace("http://127.0.0.1:8000", url)]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    if shown.startswith("{"):
        # the pages round, and processors differ in how they round int8 products
        expected = json.loads(shown, parse_float=lambda digits: pytest.approx(float(digits), abs=0.02))
        assert json.loads(printed) == expected
    else:
        assert printed == shown


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    directory = tmp_path_factory.mktemp("site")
    mkdocs = Path(sys.executable).with_name("mkdocs")
    subprocess.run([mkdocs, "build", "--strict", "--site-dir", directory], cwd=ROOT, check=True, timeout=120)
    return directory


class Loaded(HTMLParser):
    """Collects what a browser would load for a page: the addresses of everything but plain links."""

    def __init__(self, page):
        super().__init__()
        self.addresses = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.addresses += [
            address
            for name, address in attributes
            if name in ("src", "href", "srcset", "data") and tag != "a" and address
        ]


def test_the_site_loads_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        addresses = Loaded(page.read_text()).addresses
        assert addresses
        assert [address for address in addresses if re.match(r"(https?:)?//", address)] == []
    sheets = "".join(sheet.read_text() for sheet in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", sheets) == []
