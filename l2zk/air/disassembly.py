"""Code as text, for people."""

from __future__ import annotations

from collections.abc import Sequence

from l2zk.air.bytecode import Code, Op
from l2zk.air.nodes import Names
from l2zk.air.text import cell_name


def disassemble(code: Code, names: Names, results: Sequence[str]) -> str:
    """The code as text, a line for each uniform, load and instruction; `results` are the names of the results."""
    return "\n".join([*_uniform_lines(code, names), *_load_lines(code, names), *_body_lines(code, results)])


_TEXTS = {
    Op.ADD_VV: "v{a} + v{b}",
    Op.SUB_VV: "v{a} - v{b}",
    Op.MUL_VV: "v{a} * v{b}",
    Op.ADD_VU: "v{a} + u{b}",
    Op.SUB_VU: "v{a} - u{b}",
    Op.SUB_UV: "u{a} - v{b}",
    Op.MUL_VU: "v{a} * u{b}",
    Op.NEG_V: "-v{a}",
    Op.XOR_VV: "v{a} ^ v{b}",
    Op.RESULT_V: "v{a}",
    Op.RESULT_U: "u{a}",
}


def _uniform_lines(code: Code, names: Names) -> list[str]:
    computed = {int(dst): _TEXTS[Op(op)].replace("v", "u").format(a=a, b=b) for op, dst, a, b in code.prelude}
    known = [f"input {name}" for name in names.inputs] + [f"output {name}" for name in names.outputs]
    lines = ["once"]
    for slot, value in enumerate(code.uniforms):
        meaning = known[slot] if slot < len(known) else computed.get(slot, str(value))
        lines.append(f"  u{slot} = {meaning}")
    return lines if len(lines) > 1 else []


def _load_lines(code: Code, names: Names) -> list[str]:
    lines = ["each row"]
    for slot, (kind, index, offset) in enumerate(code.loads):
        lines.append(f"  v{slot} = {_loaded(names, int(kind), int(index), int(offset))}")
    return lines


def _loaded(names: Names, kind: int, index: int, offset: int) -> str:
    """A load as text."""
    if kind in (3, 5):
        return cell_name("row" if kind == 3 else f"conjunction{index}", offset)
    known = (names.columns, names.periodic, names.placements, (), (*names.inputs, *names.outputs))[kind]
    return cell_name(known[index], offset)


def _body_lines(code: Code, results: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for op, dst, a, b in code.body:
        target = results[dst] if op in (Op.RESULT_V, Op.RESULT_U) else f"v{dst}"
        text = _sum_text(code, int(a), int(b)) if op == Op.SUM_V else _TEXTS[Op(op)].format(a=a, b=b)
        lines.append(f"  {target} = {text}")
    return lines


def _sum_text(code: Code, first: int, counts: int) -> str:
    """A sum of multiples."""
    added = counts & 0xFFFF
    parts = []
    for number, (slot, coefficient) in enumerate(code.terms[first : first + added + (counts >> 16)].tolist()):
        sign = "-" if number >= added else "+" if number else ""
        parts.append(f"{sign} {'' if coefficient == 1 else f'{coefficient}*'}v{slot}".strip())
    return " ".join(parts)
