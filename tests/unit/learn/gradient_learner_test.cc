#include "learn/gradient_learner.h"

#include "finite_differences.h"
#include "learn/lenet5.h"
#include "learn/mlp.h"
#include "learn/softmax.h"
#include "support/catch.h"
#include "synthetic.h"

using namespace dse;

TEMPLATE_TEST_CASE("the gradient of the whole loss agrees with finite differences", "", Softmax, Mlp,
                   LeNet5) {
  const LearnerOptions options{.shape = {.rows = 16, .columns = 20}, .classes = 5};
  const SyntheticImages images(options, 6);
  RandomStream random(2, "test", "weights");
  TestType learner(options, random);
  const std::vector<Example> batch = images.batch(0, images.size());
  learner.add_gradients(batch);
  for (Parameters* parameters : learner.parameters()) {
    const auto loss = [&] {
      learner.parameters_changed();
      return learner.loss(batch);
    };
    CHECK(gradient_error(parameters->values.data(), parameters->gradients.data(), parameters->values.size(),
                         0x1p-12F, 400, loss) < 0.02);
  }
}

TEMPLATE_TEST_CASE("steps against the gradient make the loss of a batch smaller", "", Softmax, Mlp, LeNet5) {
  const LearnerOptions options{.shape = {.rows = 16, .columns = 20}, .classes = 5};
  const SyntheticImages images(options, 20);
  RandomStream random(2, "test", "weights");
  TestType learner(options, random);
  const std::vector<Example> batch = images.batch(0, images.size());
  std::vector<Prediction> before(batch.size());
  const double first = learner.loss(batch);
  for (int step = 0; step < 30; ++step) learner.train(batch, before);
  CHECK(learner.loss(batch) < 0.5 * first);
}
