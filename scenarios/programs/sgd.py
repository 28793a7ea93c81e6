"""A learner of scikit-learn: logistic regression, one class against the rest."""

import hashlib

import numpy
from sklearn.linear_model import SGDClassifier

import dse


class Sgd(dse.Learner):
    def prepare(self):
        self.labels = numpy.arange(self.classes)
        self.model = SGDClassifier(loss="log_loss", random_state=self.seed % 2**32)
        self.fitted = False

    def train(self, batch, labels):
        before = self.predict(batch)
        self.model.partial_fit(batch.numpy() / 255.0, labels, classes=self.labels)
        self.fitted = True
        return before

    def predict(self, batch):
        if not self.fitted:
            return dse.Predictions.uniform(len(batch), self.classes)
        pixels = batch.numpy() / 255.0
        labels = self.model.predict(pixels)
        # Where several classes are all but certain, only the scores tell which is likeliest.
        shares = self.model.predict_proba(pixels)[numpy.arange(len(labels)), labels]
        return dse.Predictions.labels(labels, shares)

    def save(self):
        if not self.fitted:
            return b""
        parts = (self.model.coef_, self.model.intercept_, [self.model.t_])
        return numpy.concatenate([numpy.ravel(part) for part in parts]).astype("<f8").tobytes()

    def load(self, state):
        if not state:
            return
        pixels = self.shape[0] * self.shape[1]
        self.model.partial_fit(numpy.zeros((1, pixels)), [0], classes=self.labels)
        numbers = numpy.frombuffer(state, dtype="<f8")
        self.model.coef_[:] = numbers[:self.classes * pixels].reshape(self.classes, pixels)
        self.model.intercept_[:] = numbers[self.classes * pixels:-1]
        self.model.t_ = numbers[-1]
        self.fitted = True

    def digest(self):
        return hashlib.sha256(self.save()).hexdigest()


Sgd().serve()
