"""A learner of PyTorch: LeNet-5, by plain gradient descent.

Option: `rate`, the learning rate; 0.1 by default.
"""

import hashlib

import numpy
import torch
from torch import nn

import dse


class LeNet5(dse.Learner):
    def prepare(self):
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(self.seed)
        rows, columns = ((side // 2 - 4) // 2 for side in self.shape)
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * rows * columns, 120), nn.Tanh(),
            nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, self.classes),
        )
        for layer in self.net:
            if hasattr(layer, "weight"):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        rate = self.options.get("rate", 0.1)
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=rate)

    def scores(self, batch):
        pixels = batch.numpy().astype(numpy.float32) / 255
        return self.net(torch.from_numpy(pixels).reshape(-1, 1, *self.shape))

    def train(self, batch, labels):
        scores = self.scores(batch)
        self.optimiser.zero_grad()
        nn.functional.cross_entropy(scores, torch.tensor(labels)).backward()
        self.optimiser.step()
        return dse.Predictions.probabilities(scores.detach().softmax(1))

    def predict(self, batch):
        with torch.no_grad():
            return dse.Predictions.probabilities(self.scores(batch).softmax(1))

    def save(self):
        weights = nn.utils.parameters_to_vector(self.net.parameters())
        return weights.detach().numpy().astype("<f4").tobytes()

    def load(self, state):
        weights = torch.from_numpy(numpy.frombuffer(state, dtype="<f4").copy())
        nn.utils.vector_to_parameters(weights, self.net.parameters())

    def digest(self):
        return hashlib.sha256(self.save()).hexdigest()


LeNet5().serve()
