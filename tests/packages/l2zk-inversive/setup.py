"""Builds the C function that fills the trace; all else is in pyproject.toml."""

from setuptools import Extension, setup

setup(
    packages=["l2zk_inversive"],
    ext_modules=[Extension("l2zk_inversive.generator", ["l2zk_inversive/generator.pyx"])],
)
