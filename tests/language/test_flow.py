"""Flow: the columns that the values of others enter, against a search that goes on until nothing is new."""

from __future__ import annotations

from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.air.nodes import COLUMN, extract
from l2zk.language.flow import entered
from l2zk.language.program import Machine


def searched(nodes, columns, fillings):
    found = set(columns)
    while True:
        more = set()
        for node, filled in fillings:
            below, _ = extract(nodes, [node])
            if found & {x for kind, x, _ in below if kind == COLUMN}:
                more |= set(filled)
        if more <= found:
            return found
        found |= more


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_what_columns_enter_is_what_a_search_finds(data):
    columns = list(Machine().columns(*"abcdefgh"))
    nodes, graph = [*columns, columns[0].next, columns[3][2]], columns[0].graph
    for kind, x, y in data.draw(st.lists(st.tuples(st.sampled_from("+-*"), *[st.integers(0, 60)] * 2), max_size=30)):
        x, y = nodes[x % len(nodes)], nodes[y % len(nodes)]
        nodes.append({"+": x + y, "-": x - y, "*": x * y}[kind])
    places = st.tuples(st.integers(0, len(nodes) - 1), st.lists(st.integers(0, 7), min_size=1, max_size=3))
    fillings = [(nodes[i].index, tuple(filled)) for i, filled in data.draw(st.lists(places, max_size=6))]
    first = data.draw(st.sets(st.integers(0, 7), max_size=2))
    assert entered(graph.nodes, first, fillings) == searched(graph.nodes, first, fillings)
