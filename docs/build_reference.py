"""Builds reference.md from the docstrings of the public API: `python docs/build_reference.py`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import l2zk
from l2zk import batch, cache, errors, metrics, security, store, testing
from l2zk.air import report as check
from l2zk.language.columns import Columns
from l2zk.plugins import hookspecs
from l2zk.proof import claims
from l2zk.vm import cost
from l2zk.vm.settings import Settings
from l2zk.vm.together import costs
from l2zk.vm.together.proving import Joint

PLACE = Path(__file__).with_name("reference.md")
HEAD = """# Reference

Built from the docstrings by `docs/build_reference.py`; p is 2^64 - 2^32 + 1. Sections are those of
[PROTOCOL.md](../l2zk/PROTOCOL.md). Of the commands `l2zk COMMAND --help` tells."""
HOOKS = [name for name in vars(hookspecs) if name.startswith("l2zk_")]
KIT = ["check_program", "examine_program", "Case", "Conformance", "FreeCell", "ConformanceError"]
KEPT = ["keep_memory", "kept_memory", "release_memory"]
ERRORS = [name for name, one in vars(errors).items() if isinstance(one, type) and one.__module__ == errors.__name__]
SECTIONS: dict[str, dict[Any, list[str]]] = {
    "Programs": {l2zk: ["TraceProgram", "Machine", "Table", "Memory", "Expression", "ExecutionTrace"]},
    "Fixed tables": {l2zk: ["FixedTable", "RangeTable", "XorTable", "AndTable"]},
    "Proving and verifying": {l2zk: ["TraceZkVm", "Proof", "ProofOptions"], claims: ["Statement"]},
    "Time and memory": {cost: ["Estimate", "TableSize", "ProofProfile"], costs: ["JointEstimate"], l2zk: KEPT},
    "Proven bits": {security: ["SecurityReport", "Round"]},
    "What fails, and what is missing": {check: ["Report", "Violation", "Imbalance", "Cell", "Known"], testing: KIT},
    "Many proofs": {
        batch: ["BatchProcessor", "Schedule"],
        cache: ["CachedZkVm", "CacheStats"],
        store: ["ProofStore", "StoreStats"],
        metrics: ["text"],
    },
    "Plugins": {l2zk: ["get_program", "programs"], hookspecs: HOOKS},
    "Errors": {errors: ERRORS},
}
BASES = {l2zk.TraceZkVm: (Joint, Settings), l2zk.Table: (Columns,)}


def signature(name: str, value: Any) -> str:
    """`name(arguments) -> result`, over several lines where it is long."""
    if isinstance(value, property):
        return f"{name}: {inspect.signature(value.fget).return_annotation}"  # type: ignore[arg-type]
    ones = [one for one in inspect.signature(value).parameters.values() if one.name not in ("self", "cls")]
    inside = re.sub(r"(: )'([^']*)'", r"\1\2", str(inspect.Signature(ones))[1:-1])
    result = "" if inspect.isclass(value) else f" -> {inspect.signature(value).return_annotation}"
    if len(name + inside + result) > 100:
        inside = "".join(f"\n    {one}," for one in re.split(r", (?=\*|\w+: )", inside)) + "\n"
    return f"{name}({inside}){result}"


def text(value: Any, names: set[str]) -> str:
    """The docstring as Markdown; `name: ...` of an argument or a field becomes an item of a list."""
    told = r"(?:^|(?<=[.)])\s|\n)((?:%s)(?:, \w+)*): " % ("|".join(sorted(names)) or "(?!)")
    page = re.sub(told, r"\n\n- `\1`: ", inspect.cleandoc(value.__doc__))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\n(?=Raises )", "\n\n", page)).strip()


def entry(title: str, name: str, value: Any) -> list[str]:
    """A heading, the signature if it says anything, and the docstring."""
    bare = inspect.isclass(value) and issubclass(value, (Exception, l2zk.TraceProgram, l2zk.Expression))
    names = set(inspect.signature(value).parameters) if callable(value) and not bare else set()
    names |= set(vars(value)) if inspect.isclass(value) else set()
    return [title, *([] if bare else [f"```py\n{signature(name, value)}\n```"]), text(value, names)]


def members(value: Any) -> list[tuple[str, Any]]:
    """Its public methods and properties, its own and those of a base that has no entry."""
    kinds = (*BASES.get(value, ()), value) if inspect.isclass(value) else ()
    own = [(name, getattr(value, name)) for kind in kinds for name in vars(kind) if name[0] != "_"]
    own = [(name, one) for name, one in own if inspect.isroutine(one) or isinstance(one, property)]
    return [(name, one) for name, one in own if getattr(one, "__name__", name)[0] != "_"]


def built() -> str:
    """The whole page."""
    parts = [HEAD]
    for section, modules in SECTIONS.items():
        parts.append(f"## {section}")
        for module, name in [(module, name) for module, names in modules.items() for name in names]:
            parts += entry(f"### `{module.__name__}.{name}`", name, getattr(module, name))
            for member, one in members(getattr(module, name)):
                parts += entry(f"#### `{name}.{member}`", member, one)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PLACE.write_text(built(), encoding="utf-8")
