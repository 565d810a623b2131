"""Programs as people write them: expressions, the builder `m`, what it refuses, and the definition that comes of it."""
