"""An extension of Sphinx that sets the formulas of pages, as `formulas.py` finds them."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from formulas import pieces
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


def typeset(text: str) -> list[nodes.Node]:
    """The text as nodes, with what is raised in it."""
    found: list[nodes.Node] = []
    for piece, sign in pieces(text):
        if not sign:
            found += [nodes.Text(piece)] if piece else []
            continue
        kind = nodes.superscript if sign == "^" else nodes.subscript
        found.append(kind("", "", *typeset(piece)))
    return found


OF_FORMULAS = ("protocol", "arguments")
"""The pages whose blocks without a language are formulas, bytes or messages."""


class Formulas(SphinxPostTransform):
    """Sets the formulas of a page."""

    default_priority = 900

    def run(self, **kwargs: Any) -> None:
        """Change each text that is no code."""
        for parent in {id(text.parent): text.parent for text in self.document.findall(nodes.Text)}.values():
            join(parent)
        for block in list(self.document.findall(nodes.literal_block)):
            if self.env.current_document.docname in OF_FORMULAS and is_formula(block):
                lines = nodes.literal_block("", "", *typeset(block.astext()), classes=["formula"])
                block.replace_self(lines)
        for text in list(self.document.findall(nodes.Text)):
            if re.search(r"[\^_]", text) and not in_code(text):
                text.parent.replace(text, typeset(str(text)))


def join(parent: nodes.Element) -> None:
    """Make one text of those that follow one another, as the lines of a paragraph do."""
    joined: list[nodes.Node] = []
    for child in parent.children:
        if isinstance(child, nodes.Text) and joined and isinstance(joined[-1], nodes.Text):
            joined[-1] = nodes.Text(joined[-1] + child)
        else:
            joined.append(child)
    if len(joined) < len(parent.children):
        parent[:] = joined


NO_FORMULA = re.compile(r"[←⇄‖]|\d{8}|for each|\w_\w{3}|==|[\w)]\(\)")
"""What stands in blocks of messages, bytes, numbers and code."""


def is_formula(block: nodes.literal_block) -> bool:
    """True if a block that is set in, without a language, has powers or indices."""
    text = block.astext()
    bare = block.get("language", "text") in ("text", "none", "default") and not block.get("classes")
    return bare and bool(re.search(r"[\^_]", text)) and not NO_FORMULA.search(text)


def in_code(node: nodes.Node) -> bool:
    """True if a node is of code."""
    while node is not None:
        if isinstance(node, nodes.literal | nodes.literal_block | nodes.FixedTextElement | nodes.raw):
            return True
        node = node.parent
    return False


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.add_post_transform(Formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
