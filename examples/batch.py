"""A list of proofs at once, one of which cannot be made; then all of them verified."""

from l2zk import BatchProcessor, get_program

fibonacci = get_program("fib")
programs = [fibonacci(rounds=rounds) for rounds in (5, 10, 15, 20)]  # type: ignore[call-arg]
witnesses = [(), {"a0": 2}, (1, -1), ()]

batch = BatchProcessor(max_memory=2**30)
print(batch.schedule(programs))

outcomes = batch.prove_batch_auto(programs, witnesses, return_exceptions=True)
for outcome in outcomes:
    print(outcome)

made = [job for job in zip(programs, outcomes, witnesses) if not isinstance(job[1], Exception)]
programs, proofs, hints = zip(*made)
print(batch.verify_batch_parallel(programs, proofs, hints))  # all inputs are public, so the witnesses are the demands
