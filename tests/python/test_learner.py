"""Learners: batches, predictions, states, and how fast batches come through."""

import base64
import hashlib
import unittest

from host import SEED, ProgramTest

MAJORITY = '''
    import hashlib

    class Majority(dse.Learner):
        def prepare(self):
            print(self.component, self.seed == int("%s", 16), self.shape, self.classes,
                  self.options)
            self.counts = [0] * self.classes

        def train(self, batch, labels):
            predictions = self.predict(batch)
            for label in labels:
                self.counts[label] += 1
            return predictions

        def predict(self, batch):
            best = self.counts.index(max(self.counts))
            return dse.Predictions.labels([best] * len(batch), [0.25] * len(batch))

        def save(self):
            return bytes(self.counts)

        def load(self, state):
            self.counts = list(state)

        def digest(self):
            return hashlib.sha256(self.save()).hexdigest()

    dse.serve(Majority())
''' % SEED


def data(*rows):
    return base64.b64encode(bytes(sum(rows, []))).decode()


BATCH = {"count": 2, "data": data([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12])}


class LearnerTest(ProgramTest):
    def learner(self, body):
        host = self.host(f"import numpy\nclass L(dse.Learner):\n {body}\nL().serve()")
        self.assertEqual(host.start_learner(), {})
        return host

    def test_all_calls(self):
        host = self.host(MAJORITY)
        self.assertEqual(host.start_learner(options={"a": 1}), {})
        self.assertEqual(host.call("train", labels=[3, 3], **BATCH),
                         {"labels": [0, 0], "confidences": [0.25, 0.25]})
        self.assertEqual(host.call("predict", **BATCH),
                         {"labels": [3, 3], "confidences": [0.25, 0.25]})
        state = base64.b64encode(bytes([0, 0, 0, 2])).decode()
        self.assertEqual(host.call("save"), {"state": state})
        self.assertEqual(host.call("digest"),
                         {"digest": hashlib.sha256(bytes([0, 0, 0, 2])).hexdigest()})
        state = base64.b64encode(bytes([9, 0, 0, 0])).decode()
        self.assertEqual(host.call("load", state=state), {})
        self.assertEqual(host.call("predict", **BATCH)["labels"], [0, 0])
        self.assertEqual(host.call("finish"), {})
        self.assertEqual(host.call("later"), {})
        self.ends_well(host, "tested True (2, 3) 4 {'a': 1}\n")

    def test_what_is_not_there_is_not_said(self):
        host = self.learner("def train(self, batch, labels): pass")
        self.assertEqual(host.call("train", labels=[0, 1], **BATCH), {})
        for call in ("digest", "save", "finish"):
            self.assertEqual(host.call(call), {})
        self.assertIsNone(host.call("load", state=""))
        self.fails(host, "has no method load")

    def test_batches(self):
        host = self.learner('''def predict(self, batch):
  array = batch.numpy()
  assert array.shape == (2, 6) and array.dtype == numpy.uint8 and not array.flags.writeable
  assert array[1].tolist() == list(batch[1]) == list(batch[-1]) == [7, 8, 9, 10, 11, 12]
  assert [bytes(row) for row in batch] == [batch.data[:6], batch.data[6:]]
  assert len(batch) == batch.count == 2
  try:
    batch[2]
    assert False
  except IndexError:
    pass
  return dse.Predictions.uniform(len(batch), self.classes)''')
        self.assertEqual(host.call("predict", **BATCH), {"probabilities": [[0.25] * 4] * 2})
        self.ends_well(host)

    def test_arrays_are_taken(self):
        for predictions, reply in (
            ("labels(numpy.array([1, 2]), numpy.array([0.5, 1], dtype=numpy.float32))",
             {"labels": [1, 2], "confidences": [0.5, 1.0]}),
            ("labels([numpy.int64(1), 2], [numpy.float32(0.5), 1])",
             {"labels": [1, 2], "confidences": [0.5, 1.0]}),
            ("probabilities(numpy.full((2, 4), 0.25))", {"probabilities": [[0.25] * 4] * 2}),
            ("probabilities([numpy.full(4, 0.25)] * 2)", {"probabilities": [[0.25] * 4] * 2}),
            ("labels([1, 2], [1.0000001, 0])", {"labels": [1, 2], "confidences": [1.0, 0.0]}),
        ):
            with self.subTest(predictions=predictions):
                host = self.learner(
                    f"def predict(self, batch): return dse.Predictions.{predictions}")
                self.assertEqual(host.call("predict", **BATCH), reply)
                self.ends_well(host)

    def test_wrong_predictions(self):
        for predictions, part in (
            ("[1, 2]", "use Predictions"),
            ("None", "use Predictions"),
            ("dse.Predictions.labels([1], [1])", "for 1 images of a batch of 2"),
            ("dse.Predictions.labels([1, 2], [1])", "2 labels and 1 confidences"),
            ("dse.Predictions.labels([1, 4], [1, 1])", "from 0 to 3"),
            ("dse.Predictions.labels([1, 2.0], [1, 1])", "integer"),
            ("dse.Predictions.labels([1, 2], [1, float('nan')])", "from 0 to 1"),
            ("dse.Predictions.labels([1, 2], [1, 1.5])", "from 0 to 1"),
            ("dse.Predictions.probabilities([[1, 0]] * 2)", "2 probabilities for 4 classes"),
        ):
            with self.subTest(predictions=predictions):
                host = self.learner(f"def predict(self, batch): return {predictions}")
                self.assertIsNone(host.call("predict", **BATCH))
                self.fails(host, part)

    def test_a_program_where_a_learner_is_expected(self):
        host = self.learner("pass")
        self.assertIsNone(host.call("predict", **BATCH))
        self.fails(host, "has no method predict")


if __name__ == "__main__":
    unittest.main()
