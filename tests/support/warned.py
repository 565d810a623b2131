"""Marks for tests of which a LengthWarning or a DegreeWarning says nothing: everywhere else these are errors."""

from __future__ import annotations

import pytest

any_length = pytest.mark.filterwarnings("ignore::l2zk.errors.LengthWarning")
any_degree = pytest.mark.filterwarnings("ignore::l2zk.errors.DegreeWarning")
