"""The command line: `python -m dse replay LOG program.py`."""

import sys

from dse.program import main

sys.exit(main())
