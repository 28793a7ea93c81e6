"""dse in Python: programs and learners for scenarios, and scenarios for tests."""

from dse.program import *  # noqa: F401,F403
from dse.program import __all__ as _of_programs
from dse.simulation import Expectation, InputError, RunError, RunResult, Simulation

__all__ = [*_of_programs, "Expectation", "InputError", "RunError", "RunResult", "Simulation"]
