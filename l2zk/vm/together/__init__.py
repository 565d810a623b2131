"""Several statements in one proof: their layout, their witnesses, the proof of them all and its verification."""
