"""The JSON Schema of scenarios accepts what dse reads, and refuses what dse refuses."""

import json
import os
import pathlib
import subprocess
import tempfile
import tomllib
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).parents[2]
SMALL = """
title = "small"
[component.source]
kind = "synthetic-source"
stream = "sea"
to = "rows"
rate = "1000/s"
limit = 10
[component.reader]
kind = "watch"
from = "rows"
"""
WRONG = {
    "an unknown key": 'titel = "x"\n' + SMALL,
    "a number for a text": SMALL.replace('"small"', "7"),
    "no unit": SMALL.replace('"1000/s"', '"1000"'),
    "an unknown kind": SMALL.replace('"watch"', '"wach"'),
    "a key of another kind": SMALL + "shuffled = true\n",
    "a required key is missing": SMALL.replace('from = "rows"\n', ""),
    "a choice that there is not": SMALL + '[resource.rows]\ntype = "stream"\n',
    "a number out of range": SMALL + "[resource.rows]\nprefetch = 65536\n",
    "an unknown key of a table within": SMALL
    + '[resource.rows]\ndead_letter = { to = "x", kee = "y" }\n',
    "two forms of expectation mixed": SMALL
    + '[[expect]]\nmetric = "reader.received"\nmin = 1\ndelivered = "exactly-once"\n',
    "an expectation's choice": SMALL + '[[expect]]\nresource = "rows"\ndelivered = "always"\n',
    "a key of another fault": SMALL + '[[fault]]\nkind = "lose"\ncomponent = "source"\nbits = 1\n',
    "a fault without its own key": SMALL + '[[fault]]\nkind = "delay"\ncomponent = "source"\n',
    "three numbers for two": SMALL
    + '[[fault]]\nkind = "lose"\ncomponent = "source"\nprobability = [1, 2, 3]\n',
    "a drift without a time": SMALL
    + '[[drift]]\nkind = "feature-shift"\ncomponent = "source"\nby = 1.0\n',
    "a binding without an end": SMALL + '[[binding]]\nfrom = "rows"\n',
    "an exchange's type": SMALL + '[exchange.x]\ntype = "topics"\n',
    "a distribution that there is not": SMALL + '[bus]\nlatency = { normal = "1ms" }\n',
    "a single table for a list": SMALL + '[binding]\nfrom = "rows"\nto = "q"\n',
}


class ScenarioSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        schema = json.loads((ROOT / "docs/scenario.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        cls.validator = jsonschema.Draft7Validator(schema)

    def test_every_scenario_is_valid(self) -> None:
        scenarios = sorted((ROOT / "scenarios").rglob("*.toml"))
        self.assertGreater(len(scenarios), 60)
        for path in scenarios:
            with self.subTest(path.name):
                self.validator.validate(tomllib.loads(path.read_text()))

    def test_what_is_wrong_is_refused_by_schema_and_reader(self) -> None:
        self.validator.validate(tomllib.loads(SMALL))
        with tempfile.TemporaryDirectory() as folder:
            for number, (what, text) in enumerate(WRONG.items()):
                with self.subTest(what):
                    self.assertFalse(self.validator.is_valid(tomllib.loads(text)))
                    path = pathlib.Path(folder) / f"{number}.toml"
                    path.write_text(text)
                    self.assertEqual(self.check(path), 2)
            path = pathlib.Path(folder) / "right.toml"
            path.write_text(SMALL)
            self.assertEqual(self.check(path), 0)

    @staticmethod
    def check(path: pathlib.Path) -> int:
        command = [os.environ["DSE"], "check", path]
        return subprocess.run(command, capture_output=True, check=False).returncode


if __name__ == "__main__":
    unittest.main()
