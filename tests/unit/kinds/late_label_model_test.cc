// A model to which labels come after their messages.
#include "kinds/late_labels.h"
#include "kinds/model_app.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;
using Catch::Matchers::Contains;

namespace {

// It answers with the label that it learned last, and at first with 0.
struct LateModel {
  Stage stage;
  ModelApp model;
  AppRun run{"lenet", model};
  std::vector<std::string> refused;

  explicit LateModel(std::size_t window, std::size_t batch = 1, bool takes_time = true)
      : model({.learner = no_change(),
               .from = "in",
               .to = "out",
               .batch = batch,
               .train_service_ns = takes_time ? 20 : 0,
               .infer_service_ns = takes_time ? 40 : 0,
               .label_window = window},
              made_for(), no_change().make(made_for(), stage.random.stream("lenet", "weights")),
              stage.context("lenet", 8)) {
    run.link.run_posted = true;
    run.machine.set_on_refuse([this](const Message& message, const std::string& reason) {
      refused.push_back(message.id() + ": " + reason);
    });
  }

  static LearnerOptions made_for() { return {.shape = {1, 4}, .classes = 10}; }
  static LearnerInfo no_change() { return *built_in_learners().find("no-change"); }

  void ask(const std::string& id) { run.deliver({.payload = Payload::copy_of("abcd"), .id = id}); }
  void label(const std::string& id, HeaderValue label, const std::string& own_id = "l") {
    run.deliver({.headers = {{"label", std::move(label)}},
                 .id = own_id,
                 .correlation_id = id,
                 .content_type = std::string(kLabelContentType)});
  }
  double value(const std::string& name) const { return metric(model, name); }
};

}  // namespace

TEST_CASE("late labels: a model is judged by what it answered, and learns when the label comes") {
  LateModel one(10);
  one.ask("m1");
  one.ask("m2");
  CHECK(one.value("trained") == 0);
  one.label("m1", 3);  // 0 was wrong
  one.ask("m3");       // 3
  one.label("m2", 0);  // 0 was right, although it would say 3 now
  one.label("m3", 3);  // right
  CHECK(one.value("trained") == 3);
  CHECK(one.value("predicted") == 3);
  CHECK(one.value("labels_joined") == 3);
  CHECK(one.value("prequential_accuracy") == 2.0 / 3);
  CHECK(one.value("label_lag") == 2.0 / 3);  // 0, 1, 1
  CHECK(one.value("never_labelled") == 0);
  CHECK(one.refused.empty());
  // Answers at 40, 80 and 140; labels take 20 each.
  CHECK(one.run.link.now() == 180);
}

TEST_CASE("late labels: a label that came before its message is learned after the answer") {
  LateModel one(10);
  one.label("m1", 7);
  CHECK(one.value("trained") == 0);
  one.ask("m1");
  CHECK(one.value("trained") == 1);
  CHECK(one.value("prequential_accuracy") == 0);  // it had answered 0
  one.ask("m2");
  REQUIRE(one.run.link.published.size() == 2);
  CHECK(one.run.link.published[1].message->key() == "lenet.7");
}

TEST_CASE("late labels: what never comes is counted") {
  LateModel one(2);
  for (const std::string id : {"m1", "m2", "m3", "m4"}) one.ask(id);
  CHECK(one.value("never_labelled") == 4);  // two are forgotten, two wait
  one.label("m1", 1);
  one.label("m4", 4);
  one.label("m4", 4);
  CHECK(one.value("labels_joined") == 1);
  CHECK(one.value("never_labelled") == 3);
  CHECK(one.value("labels_unmatched") == 2);  // m1 was forgotten, and m4 had its label already
  CHECK(one.value("trained") == 1);
}

TEST_CASE("late labels: what is no label is refused, and says what to do") {
  LateModel one(10);
  one.ask("m1");
  one.label("m1", std::string("three"), "text");
  one.label("m1", 10, "large");
  one.label("", 3, "nobody");
  one.run.deliver({.id = "bare", .correlation_id = "m1", .content_type = std::string(kLabelContentType)});
  REQUIRE(one.refused.size() == 4);
  CHECK_THAT(one.refused[0], Contains("text: ") && Contains("a label is an integer"));
  CHECK_THAT(one.refused[1], Contains("large: ") && Contains("set `classes`"));
  CHECK_THAT(one.refused[2], Contains("nobody: ") && Contains("correlation_id"));
  CHECK_THAT(one.refused[3], Contains("bare: ") && Contains("no header `label`"));
  CHECK(one.value("never_labelled") == 1);

  LateModel none(0);
  none.label("m1", 3);
  REQUIRE(none.refused.size() == 1);
  CHECK_THAT(none.refused[0], Contains("set `label_window`"));
}

TEST_CASE("late labels: a checkpoint has what waits, and what is in the batch, with its answers") {
  LateModel one(3, 2);
  for (const std::string id : {"m1", "m2", "m3", "m4"}) one.ask(id);
  one.label("m2", 0);
  const std::optional<std::string> checkpoint = one.model.save_checkpoint();
  REQUIRE(checkpoint.has_value());
  LateModel again(3, 2);
  again.model.load_checkpoint(*checkpoint);
  CHECK(again.model.save_checkpoint() == checkpoint);
  for (LateModel* each : {&one, &again}) {
    each->label("m4", 5);
    CHECK(each->value("prequential_accuracy") == 0.5);
    each->label("m1", 1);  // forgotten
    CHECK(each->value("labels_unmatched") == 1);
    each->ask("m5");
    CHECK(each->run.link.published.back().message->key() == "lenet.5");
    each->label("m3", 5);
    each->label("m5", 5);
    CHECK(each->value("prequential_accuracy") == 0.5);
  }
}

TEST_CASE("late labels: after a crash every message and every label is still counted once") {
  for (const bool with_checkpoint : {false, true}) {
    CAPTURE(with_checkpoint);
    LateModel one(3, 1, false);
    for (const std::string id : {"m1", "m2", "m3", "m4"}) one.ask(id);
    one.label("m4", 1);
    one.label("m9", 1);
    const std::optional<std::string> checkpoint = one.model.save_checkpoint();
    one.ask("m5");
    one.label("m3", 1);
    LateModel again(3, 1, false);
    if (with_checkpoint) again.model.load_checkpoint(*checkpoint);
    again.model.add_counts(one.model);
    again.ask("m6");
    again.label("m2", 1);
    again.label("m6", 1);
    CHECK(again.value("predicted") == 6);
    CHECK(again.value("labels_joined") == (with_checkpoint ? 4 : 3));
    CHECK(again.value("labels_joined") + again.value("never_labelled") == 6);
    // Five labels came; the message of m9 was never seen.
    CHECK(again.value("labels_joined") + again.value("labels_unmatched") == 5);
  }
}
