"""A list of proofs at once, one of which cannot be made; then all of them verified."""

from l2zk import get_program
from l2zk.batch import BatchProcessor

fibonacci = get_program("fib")
programs = [fibonacci(rounds=rounds) for rounds in (5, 10, 15, 20)]  # type: ignore[call-arg]
witnesses = [(), {"a0": 2}, (1, -1), ()]

batch = BatchProcessor(max_memory=2**30)
print(batch.schedule(programs))

outcomes = batch.prove_batch_auto(programs, witnesses, return_exceptions=True)
for outcome in outcomes:
    print(outcome)

made = [(program, proof) for program, proof in zip(programs, outcomes) if not isinstance(proof, Exception)]
print(batch.verify_batch_parallel([program for program, _ in made], [proof for _, proof in made]))
