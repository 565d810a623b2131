"""A mark for tests of which a LengthWarning says nothing: everywhere else it is an error."""

from __future__ import annotations

import pytest

any_length = pytest.mark.filterwarnings("ignore::l2zk.errors.LengthWarning")
