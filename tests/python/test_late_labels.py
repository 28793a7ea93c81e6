"""Labels that come late: what a model learns and how it is judged over the bus is delayed
progressive validation as River's documentation defines it, read here without the bus. An
observation with the moment t and the delay d is a question at t and has its answer at t + d.
Questions come in order of t; before each, the answers that are due by then come in order of
t + d (those that are due together in the order of their questions). At a question the learner
predicts; at its answer that prediction is judged, and then the learner learns.
"""

import importlib.util
import random
import unittest

from runs import RunTest

if importlib.util.find_spec("sklearn"):
    import numpy
    from sklearn.metrics import accuracy_score, cohen_kappa_score, log_loss
    from sklearn.naive_bayes import GaussianNB

ROWS = 1200
CLASSES = 3
GAP_NS = 1_000_000
DELAYS = ['"0s"', '"1ms"', '"250us"', '"37ms"', '"2s"',
          '{ uniform = ["0s", "80ms"] }', '{ exponential = "20ms" }']

# What River (commit 4466595) counts on the same rows with evaluate.progressive_val_score, moment
# and delay, for dummy.NoChangeClassifier: how many predictions it judged and how many were right,
# by the delay in nanoseconds. It judges none that was made before the first label.
RIVER_NO_CHANGE = {0: (1199, 417), 250_000: (1199, 417), 1_000_000: (1199, 417),
                   37_000_000: (1163, 404), 2_000_000_000: (0, 0)}

SCENARIO = '''
    [data.rows]
    format = "csv"
    file = "rows.csv"
    label = "class"

    [component.source]
    kind = "production-source"
    data = "rows"
    to = "rows"
    rate = "1000/s"
    start = "1s"
    labels = {{ to = "labels", delay = {delay} }}

    [[binding]]
    from = "labels"
    to = "rows"

    [component.model]
    kind = "model"
    learner = "{learner}"
    batch = 1
    from = "rows"
    to = "answers"
    label_window = {window}

    [component.answers]
    kind = "watch"
    from = "answers"
'''


# All of it is learned before the source starts.
HISTORY = '''
    [component.history]
    kind = "training-generator"
    data = "rows"
    slice = [0, 60]
    rate = "1000/s"
    to = "rows"
'''


class Majority:
    """Says the class that it has learned most often, the smallest of equals."""

    def __init__(self):
        self.counts = [0] * CLASSES

    def predict(self, _):
        return self.counts.index(max(self.counts)), None

    def learn(self, _, label):
        self.counts[label] += 1


class NoChange:
    """Says the class that it has learned last, at first the smallest."""

    last = 0

    def predict(self, _):
        return self.last, None

    def learn(self, _, label):
        self.last = label


class Bayes:
    """GaussianNB, which must have learned two rows of each class before it can predict."""

    def __init__(self, rows):
        self.model = GaussianNB()
        values, labels = zip(*rows)
        self.model.partial_fit(values, labels, classes=range(CLASSES))

    def predict(self, row):
        probabilities = self.model.predict_proba([row])[0]
        return int(probabilities.argmax()), probabilities

    def learn(self, row, label):
        self.model.partial_fit([row], [label])


def validated(learner, rows, delays):
    """Returns the truths, labels and probabilities in the order in which they are judged."""
    said, judged = {}, []

    def answer(number):
        values, truth = rows[number]
        judged.append((truth, *said.pop(number)))
        learner.learn(values, truth)

    due = []  # pairs of t + d and the observation's number
    for number, (values, _) in enumerate(rows):
        moment = number * GAP_NS
        for pair in sorted(pair for pair in due if pair[0] <= moment):
            answer(pair[1])
        due = [pair for pair in due if pair[0] > moment]
        said[number] = learner.predict(values)
        due.append((moment + delays[number], number))
    for _, number in sorted(due):
        answer(number)
    return judged


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
class LateLabelsTest(RunTest):
    def setUp(self):
        super().setUp()
        draw = random.Random(14)
        self.rows = []
        # The centres of the classes change places on the way.
        for number in range(ROWS):
            label = draw.randrange(CLASSES)
            centre = (label + number // 400) % CLASSES
            values = [draw.gauss(centre, 0.8), draw.gauss(-2 * centre, 1.5), draw.random()]
            self.rows.append(([float(numpy.float32(value)) for value in values], label))
        self.file("rows.csv", "a,b,c,class\n" + "".join(
            f"{','.join(map(repr, values))},{label}\n" for values, label in self.rows))

    def run_with(self, learner, delay, window=ROWS, more=""):
        scenario = self.file("late.toml", SCENARIO.format(learner=learner, delay=delay,
                                                          window=window) + more)
        return self.replay(scenario, "--record")

    def delays_of(self, run):
        """How long after each item its label was sent, in the order of the items."""
        sent = run.select("SELECT id, correlation, content_type, timestamp_ns FROM message "
                          "WHERE writer = 'source' ORDER BY message")
        labels = {item: time for _, item, kind, time in sent if kind == "application/vnd.dse.label"}
        items = [(name, time) for name, _, kind, time in sent if kind == "application/vnd.dse.f32"]
        self.assertEqual([time for _, time in items],
                         [10 ** 9 + number * GAP_NS for number in range(ROWS)])
        return [labels[name] - time for name, time in items]

    def test_every_delay(self):
        for learner, reading in {"majority": Majority, "no-change": NoChange}.items():
            for delay in DELAYS:
                run = self.run_with(learner, delay)
                truth, said, _ = zip(*validated(reading(), self.rows, self.delays_of(run)))
                figure = lambda name: run.metric("model.prequential_" + name)
                where = f"{learner}, {delay}"
                self.assertEqual(run.metric("model.labels_joined"), ROWS, where)
                self.assertAlmostEqual(figure("accuracy"), accuracy_score(truth, said), 12, where)
                self.assertAlmostEqual(figure("cohen_kappa"), cohen_kappa_score(truth, said), 12,
                                       where)

    def test_the_reading_is_rivers(self):
        for delay_ns, (judged, right) in RIVER_NO_CHANGE.items():
            known = validated(NoChange(), self.rows, [delay_ns] * ROWS)[ROWS - judged:]
            self.assertEqual(sum(truth == said for truth, said, _ in known), right, delay_ns)

    def test_a_learner_that_has_learned_before(self):
        at = {}
        for delay in DELAYS:
            run = self.run_with("naive-bayes", delay, more=HISTORY)
            learner = Bayes(self.rows[:60])
            truth, said, told = zip(*validated(learner, self.rows, self.delays_of(run)))
            figure = lambda name: run.metric("model." + name)
            loss = log_loss(truth, numpy.array(told), labels=range(CLASSES))
            self.assertEqual(figure("labels_joined"), ROWS, delay)
            self.assertAlmostEqual(figure("accuracy"), accuracy_score(truth, said), 12, delay)
            self.assertAlmostEqual(figure("log_loss"), loss, 6, delay)
            at[delay] = figure("accuracy")
        self.assertGreater(at['"0s"'], at['"2s"'] + 0.02, at)

    def test_without_delay_it_is_prequential(self):
        """Labels at once say what labels with their messages do."""
        late = self.run_with("naive-bayes", '"0s"')
        scenario = self.file("early.toml", SCENARIO.format(
            learner="naive-bayes", delay='"0s"', window=0).replace(
                "production-source", "training-generator").replace(
                    'labels = { to = "labels", delay = "0s" }', ""))
        early = self.replay(scenario)
        names = [name for name in early.summary["metrics"] if ".prequential_" in name]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertEqual(late.metric(name), early.metric(name), name)
        self.assertEqual(late.fingerprints["models"], early.fingerprints["models"])

    def test_a_window_of_one_row_forgets(self):
        run = self.run_with("majority", '"1500us"', window=1)
        # Every item is answered while the one before it waits; only the last one stays.
        self.assertEqual(run.metric("model.labels_joined"), 1)
        self.assertEqual(run.metric("model.never_labelled"), ROWS - 1)
        self.assertEqual(run.metric("model.labels_unmatched"), ROWS - 1)
        self.assertEqual(run.metric("source.labels_sent"), ROWS)


if __name__ == "__main__":
    unittest.main()
