"""The old module paths of 0.1: they work for one version, with a DeprecationWarning.

    l2zk.zkvm → l2zk.vm.zkvm

A module that became several is looked up in each of them. `l2zk.program` is none of them: it is a function now, which
a module of that name would hide. This file goes, with its table, in the version after the next.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED: dict[str, tuple[str, ...]] = {
    "air": ("air.air",),
    "anatomy": ("proof.anatomy",),
    "arguments": ("base.arguments",),
    "batch": ("vm.batch.processor",),
    "bytecode": ("air.bytecode",),
    "cache": ("vm.cache",),
    "caches": ("base.caches",),
    "call_checks": ("language.rules.call",),
    "check": ("air.report",),
    "container": ("base.container",),
    "definition": (
        "language.definition",
        "language.witness",
        "language.given_columns",
    ),
    "degree": (
        "proof.degree_report",
        "air.measure",
    ),
    "demo": ("cli.demo",),
    "draft": ("language.draft",),
    "draft_checks": ("language.rules.whole",),
    "estimate": ("vm.cost",),
    "executors": ("vm.batch.executors",),
    "expression": (
        "language.expression",
        "air.nodes",
        "air.text",
        "base.field",
        "base.wording",
    ),
    "finish": ("language.lower",),
    "flow": ("language.flow",),
    "foreign": ("base.foreign",),
    "gates": ("language.rules.gates",),
    "given_trace": ("language.given_trace",),
    "header": (
        "proof.header",
        "air.parameter_bytes",
        "base.reader",
    ),
    "held": ("language.shared_definitions",),
    "hookspecs": ("plugins.hookspecs",),
    "lengths": (
        "proof.shape",
        "air.measure",
        "base.field",
    ),
    "machine": ("language.builder",),
    "making": (
        "base.making",
        "base.progress",
    ),
    "names": ("base.names",),
    "observation": ("vm.observers",),
    "options": ("proof.options",),
    "parameter_bytes": (
        "air.parameter_bytes",
        "base.names",
    ),
    "parameters": ("language.parameters",),
    "performance": ("cli.performance",),
    "plugin_trace": ("plugins.tracing",),
    "plugins": (
        "plugins.registry",
        "plugins.installed",
    ),
    "private_starts": ("language.private_starts",),
    "profile": ("vm.cost",),
    "program_file": ("plugins.program_file",),
    "proof": ("proof.proof",),
    "reader": ("base.reader",),
    "redaction": ("language.redaction",),
    "resources": ("base.resources",),
    "saving": ("base.saving",),
    "scaffold": ("plugins.scaffold",),
    "schedule": ("vm.batch.schedule",),
    "security": ("proof.security",),
    "shape": (
        "proof.shape",
        "air.measure",
        "base.field",
    ),
    "shared_names": ("language.rules.shared_names",),
    "statement": ("proof.statement",),
    "trace": (
        "air.trace",
        "base.wording",
    ),
    "trace_length": ("language.trace_length",),
    "unheld_rows": ("language.rules.unpinned_rows",),
    "vectors": ("air.vectors",),
    "words": ("base.wording",),
    "workers": ("vm.batch.threads", "vm.batch.outcomes", "vm.batch.executors"),
    "zkvm": (
        "vm.zkvm",
        "base.progress",
        "language.witness",
    ),
}


def forward(old: str) -> Callable[[str], object]:
    """A module's `__getattr__` for an old path: looks the name up in the new modules, and warns."""

    def find(name: str) -> object:
        if not name.startswith("__"):
            for home in MOVED[old]:
                found = getattr(import_module(f"l2zk.{home}"), name, None)
                if found is not None:
                    _warn(f"l2zk.{old}.{name}", f"l2zk.{home}.{name}")
                    return found
        raise AttributeError(f"module 'l2zk.{old}' has no attribute {name!r}")

    return find


def _warn(old: str, new: str) -> None:
    """Warn at the line that asks for the old path; frames of the import system are passed over."""
    public = new.rpartition(".")[2] in getattr(sys.modules.get("l2zk"), "__all__", ())
    where = f"l2zk.{new.rpartition('.')[2]}" if public else new
    warnings.warn(f"{old} has moved: it is {where} now", DeprecationWarning, stacklevel=3)


class _Moved:
    """Finds modules at their old paths: an empty module, whose attributes are those of the new ones.

    It has the methods of a finder and of a loader without their base classes, whose module takes a tenth of our import.
    """

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        room, _, old = name.partition(".")
        return ModuleSpec(name, self) if room == "l2zk" and old in MOVED else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Nothing: the module is made as others are."""

    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__.partition(".")[2]
        module.__doc__ = f"Moved: see l2zk.{MOVED[old][0]}."
        module.__getattr__ = forward(old)  # type: ignore[method-assign]


sys.meta_path.append(_Moved())
