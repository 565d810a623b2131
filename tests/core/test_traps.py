"""The known traps of Fiat-Shamir and of malformed proofs: each is set by a test, and the core avoids it.

`TRAPS` lists those that have a test, and `LATER` those whose subject is not there yet, with the part that will
bring it.
"""

from __future__ import annotations

from collections.abc import Callable

from core import (
    test_false_statements,
    test_hostile,
    test_hostile_statement,
    test_reference_parts,
    test_traps_grinding,
    test_traps_openings,
    test_traps_shape,
    test_traps_transcript,
)

TRAPS: dict[str, tuple[Callable, ...]] = {
    "the statement is not absorbed": (
        test_traps_transcript.test_a_message_that_is_not_absorbed_is_refused,
        test_traps_transcript.test_a_part_of_the_statement_that_is_not_absorbed_is_refused,
    ),
    "the final polynomial is not absorbed, or only its digest": (
        test_traps_transcript.test_a_final_polynomial_chosen_after_the_queries_is_refused,
        test_traps_transcript.test_a_message_that_is_absorbed_only_as_a_digest_is_refused,
    ),
    "degree, blow-up, queries or grinding are the prover's choice": (
        test_traps_shape.test_a_shape_that_is_not_that_of_the_options_is_refused,
        test_hostile_statement.test_a_proof_replayed_under_other_options_is_refused,
        test_hostile_statement.test_the_least_security_is_demanded_and_not_read_from_the_proof,
    ),
    "opened values are not absorbed before the batch": (
        test_traps_transcript.test_values_chosen_after_the_batch_challenge_are_refused,
    ),
    "the arities are not bound": (test_traps_shape.test_a_shape_that_is_not_that_of_the_options_is_refused,),
    "a wrong length is a crash or a shorter list": (
        test_traps_shape.test_lists_that_are_too_short_or_too_long_are_refused,
        test_hostile.test_every_truncation_is_refused,
        test_hostile.test_parts_left_out_or_doubled_are_refused,
        test_hostile.test_huge_counts_are_refused,
    ),
    "zeta is a point of the trace or of a query": (test_reference_parts.test_transcript_draws_again_above_p,),
    "no queries, no columns, a constant word": (
        test_traps_shape.test_there_is_no_proof_of_nothing,
        test_traps_shape.test_a_last_word_that_is_not_constant_is_refused,
    ),
    "x and x + p are one element": (
        test_hostile.test_values_from_p_on_are_refused_wherever_they_stand,
        test_hostile.test_an_opened_value_has_one_encoding,
        test_hostile.test_a_public_value_has_one_encoding,
    ),
    "a multi-opening has too many or too few digests, or its own indices": (
        test_hostile.test_a_digest_too_many_or_too_few_is_refused,
        test_false_statements.test_queries_of_the_provers_choice_are_refused,
    ),
    "a leaf is taken for a node, or a row for another": (
        test_traps_openings.test_other_trees_are_refused,
        test_traps_openings.test_a_node_is_never_a_leaf,
        test_traps_openings.test_a_leaf_read_in_another_order_is_refused,
    ),
    "two claims share a coefficient": (
        test_traps_openings.test_other_coefficients_of_the_claims_are_refused,
        test_traps_openings.test_false_values_that_cancel_are_refused,
    ),
    "grinding protects nothing": (
        test_traps_grinding.test_a_nonce_without_its_zeros_is_refused,
        test_traps_grinding.test_grinding_before_the_last_message_is_refused,
        test_traps_grinding.test_a_nonce_that_the_queries_do_not_depend_on_is_refused,
    ),
    "the batch's mask cancels a false claim": (test_traps_openings.test_a_mask_that_cancels_a_false_claim_is_refused,),
    "one random state serves two proofs": (test_traps_openings.test_no_randomness_serves_twice,),
}
"""Each trap whose subject is there, and its tests."""

LATER: dict[str, str] = {
    "what a second segment states is not absorbed": "lookups and preprocessed columns",
    "the number of instances is not absorbed": "batches of instances",
    "tuples of a bus alias under Horner": "lookups and preprocessed columns",
}
"""Each trap whose subject is not there yet, and the part of the library that will bring it."""


def test_each_trap_is_tested_or_waits_for_its_subject() -> None:
    assert len(TRAPS) + len(LATER) == 18 and not TRAPS.keys() & LATER.keys()
    assert all(tests and all(test.__name__.startswith("test_") for test in tests) for tests in TRAPS.values())
