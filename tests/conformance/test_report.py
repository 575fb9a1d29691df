"""What a check writes: the page, the JSON, and what changed since the last run."""

import json
from functools import partial
from html.parser import HTMLParser

import pytest

from spec import __main__ as command
from spec.adapters.plain import Plain
from spec.conformance import check, history, html, report
from spec.conformance.verdict import FAIL, PASS
from spec.mutants import MUTANTS

NAMES = ["ordinary", "m-5"]


@pytest.fixture(scope="module")
def right():
    return check(Plain(), NAMES)


@pytest.fixture(scope="module")
def wrong():
    return check(MUTANTS["beta missing"].adapter, NAMES)


class Page(HTMLParser):
    """Reads a page: its tags, each with its attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(("which", "word"), [("right", "PASS: "), ("wrong", "FAIL: ")])
def test_the_page_needs_nothing_and_has_a_dot_for_each_ratio(which, word, request):
    verdicts = request.getfixturevalue(which)
    text = html.page("TARGET", "<Mine> & co", verdicts, 1.0)
    page = Page(text)
    assert word + "<Mine> & co" in page.text
    assert not any({"src", "href"} & set(attributes) for _, attributes in page.tags)
    assert "http" not in text
    dots = [attributes for tag, attributes in page.tags if tag == "circle"]
    drawn = [verdict for verdict in verdicts if verdict.ratio is not None]
    assert len(dots) == len(html.TITLES) + len(drawn)
    for quantity in {verdict.quantity for verdict in drawn}:
        assert quantity in page.text
    edge = html._across(1)
    red = [float(dot["cx"]) > edge for dot in dots if dot.get("stroke") == "#b3261e"]
    assert red == [True] * sum(verdict.status == FAIL for verdict in verdicts)


@pytest.mark.parametrize("write", [report.summary, partial(html.page, "TARGET")])
def test_a_report_writes_out_the_equations_before_it_cites_them(write, wrong):
    head, _, rest = write("Mine", wrong, 1.0).partition(report.EQUATIONS[-1])
    assert [line[:6] for line in report.EQUATIONS] == [f"(9.{number})" for number in range(36, 42)]
    assert all(line in head for line in report.EQUATIONS[:-1])
    assert "(9.41)" in rest


def test_a_page_of_nothing_is_no_pass():
    assert "FAIL" in html.page("TARGET", "nothing", [], 0.0)


def test_json_is_read_back_as_it_was_written(right, wrong):
    infinite = [verdict for verdict in check(MUTANTS["beta missing"].adapter, ["m-1"]) if verdict.index]
    for verdicts in (right, wrong, infinite):
        assert report.from_json(report.to_json("TARGET", verdicts)) == ("TARGET", verdicts)
    for text in ("[]", "{}", '{"target": 1, "verdicts": [{}]}', "no"):
        with pytest.raises(ValueError, match=r"not the verdicts|Expecting value"):
            report.from_json(text)


def test_what_changed(right, wrong):
    assert history.changes(right, right) == []
    lines = history.changes(right, wrong)
    assert lines
    assert all(line.startswith("was PASS, now FAIL ") for line in lines)
    back = history.changes(wrong, right)
    assert len(back) == len(lines)
    assert all(line.startswith("was FAIL, now PASS ") for line in back)
    half = [verdict for verdict in right if verdict.data == "m-5"]
    assert history.changes(right, half) == []
    assert history.merged(right, half)[-len(half) :] == half
    assert len(history.merged(right, half)) == len(right)
    fewer = [verdict for verdict in right if verdict.quantity != "dx"]
    assert history.changes(right, fewer)[0] == "gone: PASS dx on ordinary, float32"
    assert history.changes(fewer, right)[0].startswith("new: PASS dx d(9.41)/dx on ordinary, float32")


def test_the_command_line_tracks_and_writes(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("from spec.adapters.plain import Plain\nclass Mine(Plain):\n    pass\n")
    call = ["check", "mine:Mine", "--only", "m-5", "--track", "last.json", "--html", "page.html"]
    monkeypatch.syspath_prepend(tmp_path)
    assert command.main(call) == 0
    assert "error over derived bound" in capsys.readouterr().out
    assert "</svg>" in (tmp_path / "page.html").read_text()
    assert command.main(call) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("Mine: nothing changed; ")
    assert not rest
    last = json.loads((tmp_path / "last.json").read_text())
    assert {row["status"] for row in last["verdicts"]} <= {PASS, "N/A", "INCONCLUSIVE"}
    import mine

    monkeypatch.setattr(mine.Mine, "inference", MUTANTS["beta missing"].adapter.inference)
    assert command.main(call) == 1
    assert capsys.readouterr().out.startswith("was PASS, now FAIL inference y (9.41) on m-5, float32")


def test_files_that_make_no_sense_are_refused_before_the_run(tmp_path, capsys, right):
    (tmp_path / "other.json").write_text(report.to_json("other", right))
    for option, file, words in [
        ("--html", tmp_path, "cannot be written"),
        ("--json", tmp_path / "no" / "folder", "cannot be written"),
        ("--track", tmp_path / "other.json", "it holds the verdicts of other, not of numpy"),
    ]:
        assert command.main(["check", "numpy", "--only", "m-5", option, str(file)]) == 2
        captured = capsys.readouterr()
        assert words in captured.err
        assert not captured.out
