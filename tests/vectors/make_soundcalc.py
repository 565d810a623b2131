"""Writes soundcalc.json: round by round, the bits that ethereum/soundcalc finds, before it rounds them down.

    python tests/vectors/make_soundcalc.py CHECKOUT > tests/vectors/soundcalc.json

CHECKOUT is a clone of https://github.com/ethereum/soundcalc, or an unpacked archive and then its commit.
"""

import itertools
import json
import math
import subprocess
import sys

GRID = {
    "extension": (2, 3),
    "log_length": (6, 16, 24),
    "log_blowup": (1, 3),
    "regime": ("unique", "default", {"multiplicity": 3}, {"multiplicity": 110}, {"gap": 0.0125}),
}
"""Every combination of these; `SYSTEMS` are taken in turn for the rest."""

SYSTEMS = (
    {
        "batch": 4,
        "constraints": 2,
        "degree": 2,
        "openings": 2,
        "folds": 8,
        "queries": 76,
        "powers": True,
        "grinding_query": 16,
        "grinding_batching": 0,
        "grinding_commit": 0,
        "grinding_deep": 0,
    },
    {
        "batch": 18,
        "constraints": 16,
        "degree": 3,
        "openings": 2,
        "folds": 4,
        "queries": 113,
        "powers": False,
        "grinding_query": 20,
        "grinding_batching": 12,
        "grinding_commit": 5,
        "grinding_deep": 7,
    },
    {
        "batch": 307,
        "constraints": 400,
        "degree": 8,
        "openings": 5,
        "folds": 2,
        "queries": 230,
        "powers": True,
        "grinding_query": 0,
        "grinding_batching": 3,
        "grinding_commit": 0,
        "grinding_deep": 0,
    },
)


def systems():
    """The inputs, each a dictionary with the arguments of `soundcalc_rounds` (support/) and the regime."""
    for number, choice in enumerate(itertools.product(*GRID.values())):
        extension, log_length, log_blowup, regime = choice
        system = dict(SYSTEMS[number % len(SYSTEMS)])
        arities = [system["folds"]] * ((log_length - 3) // (system.pop("folds").bit_length() - 1))
        yield {
            "extension": extension,
            "length": 2**log_length,
            "rate": 2.0**-log_blowup,
            "regime": regime,
            "arities": arities,
            **system,
        }


def regime_of(name, field):
    """soundcalc's regime object."""
    from soundcalc.proxgaps.johnson_bound import JohnsonBoundRegime
    from soundcalc.proxgaps.unique_decoding import UniqueDecodingRegime

    if name == "unique":
        return UniqueDecodingRegime(field)
    if name == "default":
        return JohnsonBoundRegime(field)
    return JohnsonBoundRegime(field, gap_to_radius=name.get("gap"), explicit_m=name.get("multiplicity"))


def bits_of(system):
    """soundcalc's bits for one input."""
    from soundcalc.circuits.deep_ali import DeepAliCircuit, DeepAliConfig
    from soundcalc.common.fields import GOLDILOCKS_2, GOLDILOCKS_3
    from soundcalc.pcs.fri import FRI, FRIConfig

    field = {2: GOLDILOCKS_2, 3: GOLDILOCKS_3}[system["extension"]]
    regime = regime_of(system["regime"], field)
    last = int(system["length"] / system["rate"]) // math.prod(system["arities"])
    fri = FRI(
        FRIConfig(
            hash_size_bits=256,
            rho=system["rate"],
            trace_length=system["length"],
            field=field,
            batch_size=system["batch"],
            power_batching=system["powers"],
            multilinear_batching=False,
            num_queries=system["queries"],
            FRI_folding_factors=system["arities"],
            FRI_early_stop_degree=last,
            grinding_query_phase=system["grinding_query"],
            grinding_batching_phase=system["grinding_batching"],
            grinding_commit_phase=system["grinding_commit"],
        )
    )
    circuit = DeepAliCircuit(
        DeepAliConfig(
            name="vector",
            pcs=fri,
            field=field,
            num_constraints=system["constraints"],
            AIR_max_degree=system["degree"],
            max_combo=system["openings"],
            grinding_deep=system["grinding_deep"],
        )
    )
    list_size = regime.get_max_list_size(fri.get_rate(), fri.get_dimension())
    return fri.get_pcs_security_levels(regime) | circuit._get_DEEP_ALI_errors(list_size, regime)


def head_of(checkout):
    """The commit of a clone."""
    command = ["git", "-C", checkout, "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main():
    """Run soundcalc, its rounding replaced by none, over all inputs."""
    checkout = sys.argv[1]
    commit = sys.argv[2] if len(sys.argv) > 2 else head_of(checkout)
    sys.path.insert(0, checkout)
    import soundcalc.circuits.deep_ali
    import soundcalc.pcs.fri

    for module in (soundcalc.circuits.deep_ali, soundcalc.pcs.fri):
        module.get_bits_of_security_from_error = lambda error: -math.log2(error)
    lines = [json.dumps({**system, "bits": bits_of(system)}) for system in systems()]
    print(f'{{"source": "https://github.com/ethereum/soundcalc", "commit": "{commit}", "vectors": [')
    print(",\n".join(lines))
    print("]}")


if __name__ == "__main__":
    main()
