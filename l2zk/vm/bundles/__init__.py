"""Bundles: many proofs in one file with one root, and receipts of single ones."""
