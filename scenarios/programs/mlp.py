"""A learner of scikit-learn: a multi-layer perceptron.

Option: `hidden`, a list with the size of each hidden layer; [32] by default.
"""

import hashlib
import pickle

import numpy
from sklearn.neural_network import MLPClassifier

import dse


class Mlp(dse.Learner):
    def prepare(self):
        hidden = tuple(self.options.get("hidden", [32]))
        self.labels = numpy.arange(self.classes)
        self.model = MLPClassifier(hidden, learning_rate_init=0.005, random_state=self.seed % 2**32)

    def train(self, batch, labels):
        before = self.predict(batch)
        self.model.partial_fit(batch.numpy() / 255.0, labels, classes=self.labels)
        return before

    def predict(self, batch):
        if not hasattr(self.model, "coefs_"):
            return dse.Predictions.uniform(len(batch), self.classes)
        return dse.Predictions.probabilities(self.model.predict_proba(batch.numpy() / 255.0))

    # The optimiser's moments belong to the state, and scikit-learn has no other form for them. A
    # pickle may run code when it is loaded: load only states that you have saved.
    def save(self):
        return pickle.dumps(self.model, protocol=4)

    def load(self, state):
        self.model = pickle.loads(state)

    def digest(self):
        layers = [*getattr(self.model, "coefs_", []), *getattr(self.model, "intercepts_", [])]
        return hashlib.sha256(b"".join(layer.tobytes() for layer in layers)).hexdigest()


Mlp().serve()
