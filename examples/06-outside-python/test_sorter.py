"""pytest and `python3 -m unittest` both run it."""

import subprocess
import sys
import unittest
from pathlib import Path

from listening_dse import ListeningDse

HERE = Path(__file__).resolve().parent


class SorterTest(unittest.TestCase):
    def test_it_teaches_and_asks(self):
        with ListeningDse(HERE / "sorter.toml") as dse:
            application = subprocess.run([sys.executable, HERE / "sorter.py", dse.url], check=True,
                                         stdout=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(dse.stop(), 0)
            self.assertEqual(application.stdout, (HERE / "expected-06.txt").read_text())
            self.assertEqual(dse.summary()["metrics"]["sorter.predicted"], 3)
            self.assertEqual(dse.replay()["fingerprint"], dse.summary()["fingerprint"])


if __name__ == "__main__":
    unittest.main()
