"""Loops: `@l2zk.program`, which makes a program of an ordinary function with a loop over integers and field elements.

    @l2zk.program
    def collatz(rounds: int, x: l2zk.Public[l2zk.u32]) -> int:
        for _ in range(rounds):
            x = l2zk.u32(l2zk.where(x % 2, 3 * x + 1, x // 2))
        return x

**What becomes of a function.** It runs once with symbols, when the program is defined for its parameters. The loop that
stands in no other statement becomes rows: its round i is row i. Where there are several, `for … in l2zk.rows(…)` marks
the one; all other loops are written out, as they run in Python. A function without a loop is one row. Variables that a
round hands to the next are columns that a step fills; what every round hands on as it is becomes no column, unless it
is private. Products of high degree, quotients, bits and comparisons are columns that fill themselves. What is returned
is public: `result`, or `result0`, `result1`, … of a tuple or list, or the names of a dict.

**Parameters.** `n: int`, or another type of a program's parameters, is a parameter of the class. `x: l2zk.Public[int]`
is a public input, `x: l2zk.Private[int]` a private one, with a default if it has one. `Public[list[int]]` and
`Private[list[int]]` are arrays with one entry for each round: `values[i]` in `for i in range(n)`, or `for x in values`,
`zip(xs, ys)`, `enumerate(xs)`. Where nothing else says how many rounds there are, the class has a parameter `rows`.

**Values.** A value whose bounds are known, between -2^62 and 2^62, is an integer, and every operator means on it what
it means in Python. Bounds come of constants, of the operators and of claims: `l2zk.u8`, `u16`, `u32`, `uint(bits)`, as
the annotation of an input or called on a value, claim 0 <= x < 2^bits. The bounds of a variable are those of all
rounds. A value without bounds is a field element: it has + - * and ** by a known exponent, modulo p = 2^64 - 2^32 + 1,
and l2zk.equal, l2zk.inverse and l2zk.power. So the function on ordinary integers, its results taken modulo p, gives
what the program states: that is `program.run(witness)`; the function itself is `program.function`.

**Operators of integers.** `// %` by positive constants, or by positive values of integers that are not negative; `>>`,
`<<`, `& | ^` of integers that are not negative; `< <= > >= == !=`, which give 0 or 1; `& | ^` and 1 - c of such
conditions; max, min, abs, divmod. l2zk.where(condition, then, otherwise) computes both and takes one. `assert c` claims
a condition: in the loop on every row, before it on the first and behind it on the last; a text beside it names it.

**The variable of the loop** is known on each row, and so is all that Python makes of it and of constants: `i % 8`,
`K[i]` of a list of integers, `i == 0`. It costs a column that everybody knows.

**What is refused**, at its file and line: if, while, and, or, not on what differs from row to row; break, continue and
return in the loop; an index that is not known; operators of integers on what has no bounds; entries of arrays elsewhere
than in their round; before the loop, first values that are no sums of inputs and their multiples.

**Why a prover is left no choice.** Each column that fills itself has constraints of which it is the only solution, as
long as values keep their bounds, and these are claimed: of inputs and entries that are declared so, and of what u32 and
its like are called on. All but steps and products is claimed on the rows of the rounds alone, as the padding may leave
the bounds.

    source.py      the text of the function: the loop is found, and rewritten so that its variables are seen
    recorder.py    the one run with symbols (symbols.py, known.py, arrays.py), which writes a tape (tape.py)
    bounds.py      between which integers each value lies
    lowering.py    the tape as columns, steps, hints, claims (terms.py, inputs.py, integers.py, bitwise.py)
    program.py     the class; signature.py, kinds.py its parameters
    elements.py    ordinary integers that stay short, for `program.run`

A new operator touches `Op` in tape.py, symbols.py, elements.py, bounds.py, integers.py or bitwise.py, lowering.py.
"""
