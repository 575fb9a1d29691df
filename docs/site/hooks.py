"""What mkdocs calls for each page: formulas are taken out before Markdown is read, and put back as MathML."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from formulas import put_aside, put_back

_formulas = {}


def on_page_markdown(markdown, page, config, files):
    text, _formulas[page.file.src_uri] = put_aside(markdown)
    return text


def on_page_content(html, page, config, files):
    return put_back(html, _formulas.pop(page.file.src_uri))
