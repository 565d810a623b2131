"""Determinacy: which cells of a trace the constraints fix, once inputs and choices are given.

definition, cells of an honest trace → Puzzle → Solver: rules to a fixed point, refutation → state and why of a cell
    with a second trace: Subject (run, choices) → Examination → Solver, then Search; `satisfies` is the judge

    puzzle.py       what is claimed, as instances: cells.py numbers the cells, instances.py lists the families
    families.py     an instance of constraints; lookups, buses, counted, served, memories.py those of buses
    solver.py       the loop: queue.py gives the next instance, states.py keeps what is proved, on a trail
    forms.py        an instance as far as it is known; what has one open cell is solved natively (_native/puzzle.c)
    rules.py        affine forms, sums of few-valued cells (_native/sums.c); then products.py, polynomials.py, gauss.py
    refutation.py   other values of a cell that lead to contradictions; reasons.py the chain that fixes a cell
    search.py       a second trace: search_order.py what is changed first, search_refill.py helpers filled again
    assignment.py   all claims on all rows of a trace, which shares nothing with the solver
    examination.py  all of it for one run; subject.py, basis.py, behind.py what is given, and the padding
    inputs.py       whether another value of a public input breaks something
"""
