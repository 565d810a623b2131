"""What a program by l2zk.program cannot say: a sentence at the file and line of the source, with what to write."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from textwrap import indent

import pytest

import l2zk
from l2zk.plugins.program_file import program_in

NAMES = count()

IN_THE_LOOP = {
    "if x > 3: x = 1  #": "a truth value is asked .* write l2zk.where",
    "x = 1 if x == 3 else x  #": "l2zk.where",
    "while x < 5: x += 1  #": "a truth value",
    "x = (x < 3) and x  #": "& and & or \\| between|& or \\| between conditions",
    "x = int(x)  #": "is turned into a number",
    "x = x / 2  #": "// divides",
    "x = x ** x  #": "exponent",
    "x = 2 ** x  #": "exponent or a shift",
    "x = x << x  #": "a shift << by",
    "x = x // 0  #": "a division by 0",
    "x = [1, 2, 3][x]  #": "used as an index",
    "x = sum(1 for _ in range(x))  #": "used as an index or as a number of rounds",
    "x = x + 2.5  #": "2.5 stands where an integer is needed",
    "x = len(str({x}))  #": "into a set or a dict",
    "x = values[i + 1]  #": "another place than the number of the round",
    "x = values[0]  #": "has one entry on each row",
    "x = len(values)  #": "length of values is not known",
    "x = sum(v for v in values)  #": "iterated over elsewhere",
    "x = free >> 1  #": "a quotient or a rest of a value that may be any field element",
    "x = free & 6  #": "the bits of a value that may be any",
    "x = (x << 60) ^ i  #": "the bits of a value that may be any",
    "x = where(free < 5, 1, 0)  #": "a comparison of a value that may be any",
    "x = where(free == 5, 1, 0)  #": "== .l2zk.equal compares modulo p. of a value that may be any",
    "x = where(x, 1, 0)  #": "a condition that may be something else than 0 and 1",
    "x = (0 - x) & 6  #": "may be negative",
    "x = 5 // (x - 9)  #": "a division of or by what may be negative",
    "assert 0 - x * 2**54 < x * 2**54  #": "needs 63 bits",
    "assert x + 1  #": "may be something else than 0 and 1",
    "assert x < 0  #": "false whatever the witness is",
    "x = K[values[i]]  #": "used as an index",
    "x = x.bit_length()  #": "has no .bit_length",
    "x: u8 = x  #": "claims nothing",
    "if i == 2: x = 1  #": "an if asks for the number of the round",
    "x = sum(range(i))  #": "used as a number that is known",
    "break  #": "break in the loop over rows",
    "continue  #": "continue in the loop over rows",
    "return x  #": "return in the loop over rows",
    "pair = [*pair, 1]  #": "pair is a list of 2 before the loop and a list of 3 behind a round",
    "word = 7  #": "word is a str before the loop",
}


def refused(text: str, folder: Path, **parameters: int) -> str:
    """The sentence that refuses the program of a file with this text, at the line that ends with #."""
    path = folder / f"refused{next(NAMES)}.py"
    path.write_text(f"import l2zk\nfrom l2zk import Private, Public, u8, u16, u32, where\n\nK = [5, 6, 7]\n\n{text}")
    [line] = [k for k, one in enumerate(path.read_text().splitlines(), 1) if one.endswith("#")]
    with pytest.raises(l2zk.ProgramError) as caught:
        _ = program_in(str(path))(**parameters).definition
    assert f"{path.name}:{line}: " in str(caught.value), str(caught.value)
    return str(caught.value)


LOOP = """@l2zk.program
def f(n: int, x: Private[u8], free: Private[int], values: Private[list[u8]]):
    pair, word = [1, 2], "word"
    for i in range(n):
        x = u8(x + values[i] % 2 + free * 0)
{}
    return x + pair[0] + free
"""


@pytest.mark.parametrize("line", IN_THE_LOOP)
def test_in_the_loop(line, tmp_path):
    sentence = refused(LOOP.format(indent(line, " " * 8)), tmp_path, n=4)
    assert re.search(IN_THE_LOOP[line], sentence), sentence


PUBLIC, PRIVATE = "def f(n: int, x: Public[int]):", "def f(n: int, x: Private[int]):"
ADDED = ["    for i in range(n):", "        x += i"]
WHOLE: dict[str, list[str]] = {
    "more than one loop": [PUBLIC, *ADDED, "    for i in range(n):  #", "        x += 1", "    return x"],
    "stands in no other statement": [
        PUBLIC,
        "    if n:",
        "        for i in l2zk.rows(n):  #",
        "            x += i",
        "    return x",
    ],
    "has no else": [PUBLIC, *ADDED, "    else:", "        x += 1  #", "    return x"],
    "no yield": [PUBLIC, "    yield x  #"],
    "no global": [PUBLIC, "    global K  #", "    return x"],
    "0 rounds": [PUBLIC, "    for i in range(n - 4):  #", "        x += i", "    return x"],
    "depends on 'x'": [PUBLIC, "    return n"],
    "no sum of inputs": [PRIVATE, "    y = x * x  #", "    for i in range(n):", "        y += i", "    return y"],
    "divide by max(x, 1)": [PUBLIC.replace("int]", "u8]"), "    y = x", *ADDED, "    return x // y  #"],
    "claimed after the loop": [PRIVATE, *ADDED, "    return u8(x) >> 2  #"],
    "whoever verifies can look at it": [PUBLIC, "    x = u8(x)  #", "    return x"],
    "one list": [PRIVATE, "    a = b = [x]", "    for i in range(n):", "        a[0] += i  #", "    return b[0]"],
}


@pytest.mark.parametrize("what", WHOLE)
def test_as_a_whole(what, tmp_path):
    text = "\n".join(WHOLE[what]) + "\n"
    above = "@l2zk.program  #" if "#" not in text else "@l2zk.program"
    assert what in refused(f"{above}\n{text}", tmp_path, n=4)


SIGNATURES = {
    "def f(n, x: Public[int]):": "parameter 'n' needs an annotation",
    "def f(n: u8, x: Public[int]):": "parameter 'n' needs an annotation",
    "def f(n: int, x: Public[str]):": "declared of str",
    "def f(n: int, *x: Public[int]):": "has no place",
    "def f(n: int, x: Public[int] = True):": "the default of the input 'x' is True",
    "def f(n: int, x: Public[list[int]] = None):": "the array 'x' has a default",
    "def f(n: int, x: list[int], y: Public[int]):": "parameter 'x' is a list that is neither l2zk.Public[",
}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature(signature, tmp_path):
    sentence = refused(f"@l2zk.program  #\n{signature}\n    return x\n", tmp_path, n=4)
    assert SIGNATURES[signature] in sentence


def test_what_is_no_function():
    with pytest.raises(l2zk.ProgramError, match="stands above a function, not above the class int"):
        l2zk.program(int)
    with pytest.raises(l2zk.ProgramError, match="is not a name and a version"):
        l2zk.program(id="wrong")(lambda: 0)


def test_a_function_without_a_source():
    names: dict[str, object] = {}
    exec("def f(n: int):\n    return n\n", names)
    with pytest.raises(l2zk.ProgramError, match="the source of f cannot be read"):
        l2zk.program(names["f"])
    with pytest.raises(l2zk.ProgramError, match="an ordinary function, written with def"):
        l2zk.program(id="f.v0")(lambda: 0)
