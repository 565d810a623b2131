"""L2ZK_TRACE_PLUGINS=1: prints on stderr which plugins are loaded, and each call of a hook as it is made.

    l2zk plugins: l2zk_register_programs(register=<function …>) of l2zk-fibonacci:fibonacci -> None

Observers are given no witness, so none is printed here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from reprlib import Repr
from typing import Any

from pluggy import HookImpl, PluginManager


def note(text: str) -> None:
    """Print one line."""
    print(f"l2zk plugins: {text}", file=sys.stderr, flush=True)


def trace(manager: PluginManager) -> None:
    """Print every call of a hook that this manager makes, before it and after it."""
    manager.add_hookcall_monitoring(_before, _after)


def _before(name: str, implementations: Sequence[HookImpl], arguments: Mapping[str, Any]) -> None:
    shown = ", ".join(f"{key}={_short.repr(value)}" for key, value in arguments.items())
    note(f"{name}({shown}) of {_plugins(implementations)}")


def _after(outcome: Any, name: str, implementations: Sequence[HookImpl], arguments: Mapping[str, Any]) -> None:
    error = outcome.exception
    result = f"raised {error!r}" if error is not None else f"-> {_short.repr(outcome.get_result())}"
    note(f"{name} of {_plugins(implementations)} {result}")


def _plugins(implementations: Sequence[HookImpl]) -> str:
    return ", ".join(implementation.plugin_name for implementation in implementations) or "no plugin"


_short = Repr()
_short.maxother = _short.maxstring = 80
