"""The schema of the protocol: what the page says and shows is allowed, what it forbids is not."""

import json
import re
import unittest

import jsonschema

from host import CALL, REPLY, ROOT, SCHEMA

PAGE = (ROOT / "docs/program-protocol.md").read_text(encoding="utf-8")


class SchemaTest(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_the_example_of_the_page(self):
        lines = re.findall(r"^([<>]) (\{.*\})$", PAGE, re.MULTILINE)
        self.assertEqual(len(lines), 6)
        for side, line in lines:
            (CALL if side == ">" else REPLY).validate(json.loads(line))

    def test_every_tag_of_the_page(self):
        tags = re.findall(r"^\| `(\{.*?\})` ", PAGE, re.MULTILINE)
        self.assertEqual(len(tags), 11)
        for tag in tags:
            write = ["write", "r", {"headers": {"h": json.loads(tag)}}]
            REPLY.validate({"steps": [write]})

    def test_every_step_of_the_page_has_its_place_in_the_schema(self):
        rows = re.findall(r'^\| `\["(\w+)"', PAGE, re.MULTILINE)
        names = {step["prefixItems"][0]["const"] for step in SCHEMA["$defs"]["step"]["anyOf"]}
        self.assertEqual(set(rows), names)

    def test_good_replies(self):
        for reply in (
            {},
            {"steps": []},
            {"steps": [["stream"], ["exit", 255], ["reject", True], ["metric", "m", 1.5]]},
            {"steps": [["write", "r", {}], ["write", "r", {}, {"mandatory": True}]]},
            {"steps": [["write", "r", {}, {"confirm": True, "mandatory": False}]]},
            {"steps": [["stream", {}]]},
            {"steps": [["bind", {"from": "a", "to": "b", "headers": {"x": 1}, "match": "any"}]]},
            {"steps": [["write", "r", {"key": {"text": "/w=="}, "payload": "AAA="}]]},
            {"steps": [["write", "r", {"headers": {"h": [1, [{"void": None}]]}, "priority": 0,
                                       "expiration": "5", "delivery_mode": 1, "reply_to": "q"}]]},
            {"metrics": {"seen": 1}, "digest": "x"},
            {"labels": [1], "confidences": [1]},
            {"probabilities": [[0.5, 0.5]]},
            {"state": ""},
        ):
            with self.subTest(reply=reply):
                REPLY.validate(reply)

    def test_bad_replies(self):
        def write(message):
            return {"steps": [["write", "r", message]]}

        for reply in (
            [],
            {"step": []},
            {"steps": [["jump"]]},
            {"steps": ["stream"]},
            {"steps": [["create"]]},
            {"steps": [["create", "r", "s"]]},
            {"steps": [["bind", {"from": "a"}]]},
            {"steps": [["bind", {"from": "a", "to": "b", "match": "some"}]]},
            {"steps": [["write", "r"]]},
            {"steps": [["write", "r", {}, {"immediate": True}]]},
            {"steps": [["stream", {"prefetch": -1}]]},
            {"steps": [["after", -1]]},
            {"steps": [["after", 0.5]]},
            {"steps": [["after", "1ms"]]},
            {"steps": [["reject"]]},
            {"steps": [["exit", 256]]},
            {"steps": [["metric", "m", "1"]]},
            write({"id": "mine"}),
            write({"app_id": "mine"}),
            write({"timestamp_ns": 1}),
            write({"payload": "AAA"}),
            write({"payload": "A-_="}),
            write({"headers": {"h": None}}),
            write({"headers": {"h": [None]}}),
            write({"headers": {"h": {"int8": 128}}}),
            write({"headers": {"h": {"table": {"a": {}}}}}),
            write({"headers": {"h": {"void": 0}}}),
            write({"priority": 256}),
            write({"delivery_mode": 3}),
            write({"expiration": "5ms"}),
            write({"headers": {"h": {"int64": 1}}}),
            write({"headers": {"h": {"int64": "1", "double": 1}}}),
            write({"headers": {"h": {"double": "nan"}}}),
            write({"headers": {"h": {"bytes": "AAA"}}}),
            {"labels": [1]},
            {"labels": [-1], "confidences": [0.5]},
            {"labels": [1], "confidences": [1.5]},
            {"labels": [1], "confidences": [1], "probabilities": [[1]]},
            {"probabilities": [[2, 0]]},
            {"steps": [], "digest": "x"},
            {"metrics": {"seen": None}},
            {"digest": 1},
        ):
            with self.subTest(reply=reply):
                self.assertFalse(REPLY.is_valid(reply))

    def test_calls_are_open(self):
        CALL.validate({"call": "later", "anything": [1]})
        CALL.validate({"call": "resume", "now_ns": 1, "later": {}})
        self.assertFalse(CALL.is_valid({"call": "deliver", "now_ns": 1, "redelivered": False}))
        self.assertFalse(CALL.is_valid({"call": "start", "protocol": 1}))
        self.assertFalse(CALL.is_valid({"now_ns": 1}))


if __name__ == "__main__":
    unittest.main()
