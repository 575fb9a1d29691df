"""The reference: signatures and docstrings of the public names, as Markdown."""

import inspect
import re
import textwrap

SECTIONS = ("Parameters", "Attributes", "Returns", "Raises", "Examples")


def page(title, module, names, introduction=""):
    """A page about these names of a module."""
    parts = [f"# {title}", introduction]
    for name in names:
        item = getattr(module, name)
        parts += [f"## {name}", *_described(f"{module.__name__}.{name}", item)]
        if inspect.isclass(item):
            # those of its bases after its own
            for key in dict.fromkeys(key for base in item.__mro__ for key in vars(base)):
                value = getattr(item, key)
                if (
                    key[0] != "_"
                    and (inspect.isroutine(value) or isinstance(value, property))
                    and inspect.getdoc(value)
                ):
                    parts += [f"### {name}.{key}", *_described(key, value)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _described(name, item):
    if not isinstance(item, property):
        yield f"```python\n{signature(name, item)}\n```"
    yield markdown(inspect.getdoc(item))


def signature(name, item):
    """A call as one writes it: names and defaults, without types, in lines that are not too long."""
    try:
        found = inspect.signature(item)
    except ValueError:  # of a compiled class
        return name
    empty = inspect.Parameter.empty
    arguments = [each.replace(annotation=empty) for each in found.parameters.values() if each.name != "self"]
    short = str(found.replace(parameters=arguments, return_annotation=inspect.Signature.empty))
    short = re.sub(r"<class '(\S+)'>", r"\1", short)
    if len(name + short) <= 76:
        return name + short
    body = textwrap.fill(short[1:-1], 72, break_long_words=False, break_on_hyphens=False)
    return f"{name}(\n{textwrap.indent(body, '    ')},\n)"


def markdown(text):
    """A docstring as Markdown: its sections as lists, its examples and what is set in as code."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n-+\n", text, flags=re.MULTILINE)
    lines = [_paragraphs(parts[0])]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        source = ""
        if title == "Examples":
            example, _, source = body.partition("\n\nSource:")
            shown = re.sub(r"  # doctest: \S+", "", example.strip())
            lines += [f"**{title}**", f"```python\n{shown}\n```"]
        else:
            lines += [f"**{title}**", _list(body)]
        if source:
            lines.append(_paragraphs(f"Source:{source}"))
    return "\n\n".join(lines)


def _list(body):
    """Entries `name : text`, or a line with more set in below it."""
    entries = re.split(r"\n(?=\S)", body.strip())
    return "\n".join(f"- {_entry(' '.join(entry.split()))}" for entry in entries)


def _entry(entry):
    name, colon, text = entry.partition(" : ")
    return f"`{name}`: {text}" if colon else entry


def _table(lines):
    """A table between lines of equals signs, its columns two blanks apart."""
    rows = [re.split(r"\s{2,}", line) for line in lines if not line.startswith("=")]
    wide = max(map(len, rows))
    head, *body = [[""] * (wide - len(row)) + row for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * wide, *body))


def _set_in(part):
    lines = textwrap.dedent(part).strip().split("\n")
    return _table(lines) if lines[0].startswith("==") else "\n".join(["```text", *lines, "```"])


def _paragraphs(text):
    """Paragraphs; one that is set in is a table or code."""
    parts = [part for part in text.strip("\n").split("\n\n") if part.strip()]
    return "\n\n".join(_set_in(part) if part.startswith("    ") else part for part in parts)
