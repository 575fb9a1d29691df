"""The web site: made without a warning, whole, loading nothing from elsewhere, and readable at two widths."""

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bncore

pytest.importorskip("material", reason="pip install --group site")

ROOT = Path(__file__).parents[2]
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    target = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [sys.executable, ROOT / "docs/site/build.py", target], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return target


class Page(HTMLParser):
    """What a page loads and links to, its ids, and the text outside of formulas, code and scripts."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.words, self.inside = [], [], set(), "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        if tag == "a":
            self.links.append(attributes.get("href"))
        elif tag != "base":
            self.loads += [attributes.get("src"), attributes.get("href") if tag == "link" else None]
        if tag in ("math", "code", "script", "style"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words += data


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site): Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_document_is_a_page_of_it(pages):
    documents = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    found = {path.with_suffix(".md") for path in pages} | {path.with_name("README.md") for path in pages}
    assert len(documents) > 40
    assert documents <= found


def test_it_loads_nothing_from_elsewhere(pages):
    for path, page in pages.items():
        loads = [load for load in page.loads if load and not load.startswith("data:")]
        assert not [load for load in loads if "//" in load], path


def test_its_links_lead_somewhere(site, pages):
    for path, page in pages.items():
        # of the page that is shown in the place of another nobody knows where it lies
        for link in () if path.name == "404.html" else filter(None, page.links):
            if re.match(r"(https?|mailto):", link):
                continue
            name, _, anchor = link.partition("#")
            there = (site / path.parent / name).resolve() if name else site / path
            if there.is_dir():
                there /= "index.html"
            assert there.is_file(), (path, link)
            if anchor and there.suffix == ".html" and there.name != "book.html":
                assert anchor in pages[there.relative_to(site.resolve())].ids, (path, link)


def test_no_formula_is_left_as_it_was_typed(pages):
    for path, page in pages.items():
        assert not re.search(r"\$\$|\\(frac|sum|hat|mathrm)|FORMULA\d", page.words), path


def test_every_public_name_is_in_the_reference(site):
    text = (site / "reference/bncore.html").read_text(encoding="utf-8")
    assert [name for name in bncore.__all__ if f'<h2 id="{name.lower()}">' not in text] == []


def test_it_can_be_searched_from_a_file(site):
    # the offline plugin puts the index into a script, which a page may load from a disk
    index = (site / "search/search_index.js").read_text(encoding="utf-8")
    assert "://" not in (site / "iframe-worker.js").read_text(encoding="utf-8")
    assert "set_kept_memory" in index
    assert "eigenvectors" in index


MEASURE = """<!doctype html>
<iframe id="f" style="width:{width}px;height:900px;border:0" src="{page}"></iframe>
<script>
document.getElementById("f").onload = function () {{
  var d = this.contentDocument.documentElement;
  document.title = d.scrollWidth + " of " + d.clientWidth;
}};
</script>"""


@pytest.mark.skipif(not BROWSER, reason="no browser: Debian has the package chromium")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["index.html", "proofs/third-derivative.html", "reference/bncore.html"])
def test_a_page_fits_a_phone_and_a_desk(site, tmp_path, page, width):
    if not (site / page).exists():
        pytest.fail(f"{page} is not there")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=site)
    handler.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    measure = site / f"measure-{width}-{page.replace('/', '-')}"
    measure.write_text(MEASURE.format(width=width, page=page))
    try:
        address = f"http://127.0.0.1:{server.server_port}/{measure.name}"
        done = subprocess.run(
            [
                BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={tmp_path}", f"--window-size={width + 40},1000",
                "--virtual-time-budget=5000",
                "--dump-dom", address,
            ],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
    finally:
        server.shutdown()
        measure.unlink()
    wide, there = map(int, re.search(r"<title>(\d+) of (\d+)</title>", done.stdout).groups())
    assert width - 20 < there <= width  # less a scrollbar
    assert wide <= there
