"""The test kit for authors of plugins: fixtures for pytest, and checks of every kind's contract.

A test file of three lines checks everything that a distribution registers::

    from crossret.testing import conformance_tests

    test_conforms = conformance_tests("crossret-my-plugin")

``crossret plugins check`` runs the same checks and prints a table.
"""

from crossret.contracts.meta import Example
from crossret.testing.conformance import conformance_tests
from crossret.testing.outcomes import ConformanceError, NotApplicableError

__all__ = ["ConformanceError", "Example", "NotApplicableError", "conformance_tests"]
