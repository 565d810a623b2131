# The names of a proof's stages, as progress and profiles say them; their numbers are prover/state.pxi's.

STAGES = ("start", "trace", "check", "commit", "lookups", "zerocheck", "rows", "open", "words",
          "grind")
