#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "kinds/model_app.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;
using Catch::Matchers::WithinAbs;

namespace {

// Predicts the label that it was last taught, and notes what it is asked.
class FakeLearner : public Learner {
 public:
  struct Diary {
    std::vector<std::vector<int>> batches;  // the labels of each batch
    std::vector<int> asked;                 // the first pixel of each image
    // The probabilities that it tells of labels, from 0 on, with each prediction; of the rest it tells none.
    std::vector<double> told;
    int label = -1;  // predicts this one, if it is not negative
  };
  explicit FakeLearner(Diary& diary) : diary_(diary) {}

  void train(std::span<const Example> batch, Predictions before) override {
    diary_.batches.emplace_back();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      diary_.batches.back().push_back(batch[i].label);
      before[i] = {predicted(), 1.0};
      std::ranges::copy(diary_.told, before.probabilities(i).begin());
    }
    last_ = batch.back().label;
  }
  void predict(std::span<const Input> inputs, Predictions predictions) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      diary_.asked.push_back(inputs[i].pixels[0]);
      predictions[i] = {predicted(), 0.25};
      std::ranges::copy(diary_.told, predictions.probabilities(i).begin());
    }
  }
  void hash_state(Hasher& hasher) const override { hasher.add_i64(last_); }
  void save_state(StateWriter& writer) const override { writer.add_u32(static_cast<std::uint32_t>(last_)); }
  void load_state(StateReader& reader) override { last_ = static_cast<int>(reader.u32()); }

 private:
  int predicted() const { return diary_.label >= 0 ? diary_.label : last_; }

  Diary& diary_;
  int last_ = 0;
};

MakeContext context(Stage& stage) {
  MakeContext context = stage.context("lenet", 8);
  context.measures = {.window = 2, .fading = 0.5};
  return context;
}

struct ModelRun {
  FakeLearner::Diary diary;
  Stage stage;
  ModelApp model;
  AppRun run{"lenet", model};
  std::vector<std::string> refused;

  explicit ModelRun(std::size_t batch = 2, bool probabilities = false)
      : model({.learner = {.name = "fake"},
               .from = "in",
               .to = "predictions",
               .batch = batch,
               .train_service_ns = 20,
               .infer_service_ns = 40,
               .probabilities = probabilities},
              {.shape = {1, 4}, .classes = 10}, std::make_unique<FakeLearner>(diary), context(stage)) {
    run.link.run_posted = true;
    run.machine.set_on_refuse([this](const Message& message, const std::string& reason) {
      refused.push_back(message.id() + ": " + reason);
    });
  }

  void teach(HeaderValue label, const std::string& id = "t") {
    run.deliver({.payload = Payload::copy_of("abcd"), .headers = {{"label", label}}, .id = id});
  }
  void ask(const Payload& payload, const std::string& id = "q", Headers headers = {}) {
    run.deliver({.payload = payload,
                 .headers = std::move(headers),
                 .id = id,
                 .content_type = "application/octet-stream"});
  }
};

}  // namespace

TEST_CASE("a model declares what it writes and streams what it reads") {
  const ModelRun one;
  CHECK(one.run.link.calls == std::vector<std::string>{"declare predictions", "declare in", "stream in 8"});
}

TEST_CASE("a model learns labelled messages in batches, in the order they came, and forwards none") {
  ModelRun one(2);
  for (std::int64_t label : {3, 1, 4, 1, 5}) one.teach(label);
  CHECK(one.diary.batches == std::vector<std::vector<int>>{{3, 1}, {4, 1}});
  CHECK(one.run.link.published.empty());
  CHECK(one.run.link.now() == 5 * 20);
  CHECK(metric(one.model, "trained") == 5);
}

TEST_CASE("a model learns from a label of any width, as foreign clients write them") {
  ModelRun lenet;
  lenet.teach(NarrowInteger(std::int32_t{7}));
  lenet.teach(NarrowInteger(std::uint8_t{3}));
  CHECK(lenet.refused.empty());
  CHECK(lenet.diary.batches == std::vector<std::vector<int>>{{7, 3}});
  lenet.teach(HeaderTimestamp(7), "time");
  CHECK(lenet.refused == std::vector<std::string>{"time: its label 7 is no integer: a label is an integer"});
}

TEST_CASE("a model learns its last, incomplete batch when the run is over") {
  ModelRun one(4);
  for (std::int64_t label : {3, 1, 4}) one.teach(label);
  CHECK(one.diary.batches.empty());
  one.model.finish();
  one.model.finish();
  CHECK(one.diary.batches == std::vector<std::vector<int>>{{3, 1, 4}});
  CHECK(metric(one.model, "prequential_accuracy") == 0);
}

TEST_CASE("a model forwards what it predicts with the same payload, and says what it answers") {
  ModelRun one(1);
  one.teach(7);
  const Payload payload = Payload::copy_of("wxyz");
  one.ask(payload, "camera-12", {{"place", std::string("indoors")}});
  CHECK(one.diary.asked == std::vector<int>{'w'});
  REQUIRE(one.run.link.published.size() == 1);
  const FakeLink::Published& sent = one.run.link.published[0];
  CHECK(sent.resource == "predictions");
  CHECK(sent.time_ns == 20 + 40);
  const Message& message = *sent.message;
  CHECK(message.payload().bytes().data() == payload.bytes().data());
  CHECK(message.key() == "lenet.7");
  CHECK(message.correlation_id() == "camera-12");
  CHECK(message.app_id() == "lenet");
  CHECK(message.fields().content_type == "application/octet-stream");
  CHECK(message.headers() == Headers{{"place", std::string("indoors")},
                                     {"label", std::int64_t{7}},
                                     {"model", std::string("lenet")},
                                     {"confidence", 0.25}});
  CHECK(metric(one.model, "predicted") == 1);
}

TEST_CASE("a prediction is acknowledged after it was forwarded") {
  ModelRun one;
  one.run.link.take_calls();
  one.ask(Payload::copy_of("abcd"));
  CHECK(one.run.link.calls == std::vector<std::string>{"compute 40", "declare predictions",
                                                       "publish predictions lenet-0", "acknowledge 0"});
}

TEST_CASE("prequential accuracy counts what the model would have said before learning it") {
  ModelRun one(1);
  CHECK(metric(one.model, "prequential_accuracy") == -1);
  for (std::int64_t label : {5, 5, 5, 6}) one.teach(label);  // says 0, 5, 5, 5
  CHECK(metric(one.model, "prequential_accuracy") == 0.5);
  CHECK(metric(one.model, "prequential_accuracy_window") == 0.5);
  CHECK(metric(one.model, "prequential_accuracy_faded") == (0.25 + 0.5) / 1.875);
  std::map<std::string, double> curve;  // one interval
  for (const CurvePoint& point : one.model.curve()) CHECK(curve.emplace(point.metric, point.value).second);
  CHECK(curve.at("prequential_accuracy") == 0.5);
  CHECK(curve.at("prequential_accuracy_faded") == (0.25 + 0.5) / 1.875);
  for (const std::string figure : {"cohen_kappa", "kappa_temporal", "f1_macro", "balanced_accuracy"}) {
    for (const char* view : {"", "_window", "_faded"}) {
      CAPTURE(figure, view);
      CHECK(curve.at("prequential_" + figure + view) == metric(one.model, "prequential_" + figure + view));
    }
  }
  // 0 was predicted and is no truth, so that its recall is 0/0; and this learner tells no probabilities.
  CHECK_FALSE(curve.contains("prequential_recall_macro"));
  CHECK_FALSE(curve.contains("prequential_log_loss"));
}

TEST_CASE("prequential figures are those that one computes by hand") {
  ModelRun one(1);
  // It predicts the label that it was last taught: 0 0 0 1 1 of 0 0 1 1 0.
  for (std::int64_t label : {0, 0, 1, 1, 0}) one.teach(label);
  CHECK(metric(one.model, "prequential_accuracy") == 3.0 / 5);
  // By chance: (3 x 3 + 2 x 2) / 25.
  CHECK_THAT(metric(one.model, "prequential_cohen_kappa"), WithinAbs((15 - 13) / (25.0 - 13), 1e-15));
  // It is the no-change classifier itself, but for the first, which that has wrong.
  CHECK_THAT(metric(one.model, "prequential_kappa_temporal"), WithinAbs(1 - 2.0 / 3, 1e-15));
  // Class 0: 2 hits, 1 miss, 1 false alarm. Class 1: 1 hit, 1 miss, 1 false alarm.
  CHECK_THAT(metric(one.model, "prequential_f1_macro"), WithinAbs((4.0 / 6 + 2.0 / 4) / 2, 1e-15));
  CHECK(metric(one.model, "prequential_f1_macro_window") == 0.5 * (2.0 / 3));  // 1 as 1, 0 as 1
  const auto cells = [&one](FigureView view) {
    std::vector<ConfusionCell> all = one.model.confusion();
    std::erase_if(all, [view](const ConfusionCell& cell) { return cell.view != view; });
    return all;
  };
  CHECK(cells(FigureView::kOverall) ==
        std::vector<ConfusionCell>{{0, 0, 2}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}});
  CHECK(cells(FigureView::kWindow) ==
        std::vector<ConfusionCell>{{0, 1, 1, FigureView::kWindow}, {1, 1, 1, FigureView::kWindow}});
  double weight = 0;
  for (const ConfusionCell& cell : cells(FigureView::kFaded)) weight += cell.count;
  CHECK_THAT(weight, WithinAbs(1 + 0.5 + 0.25 + 0.125 + 0.0625, 1e-12));
  CHECK(metric(one.model, "prequential_log_loss") == -1);
  CHECK(metric(one.model, "prequential_with_probabilities") == -1);
}

TEST_CASE("probabilities of a learner are scored, and told of what it answers") {
  ModelRun one(1);
  one.diary.told = {0.5, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0};
  one.teach(std::int64_t{1});
  CHECK_THAT(metric(one.model, "prequential_log_loss"), WithinAbs(2 * std::log(2), 1e-12));
  CHECK(metric(one.model, "prequential_brier_score") == 0.25 + 0.5625 + 0.0625);
  CHECK(metric(one.model, "prequential_expected_calibration_error") == 0.5);  // it predicts 0, wrongly
  CHECK(metric(one.model, "prequential_with_probabilities") == 1);
  one.ask(Payload::copy_of("abcd"), "camera-0");
  REQUIRE(one.run.link.published.size() == 1);
  const Message& answer = *one.run.link.published[0].message;
  REQUIRE(one.stage.probabilities.size() == 1);
  CHECK(one.stage.probabilities[0] == std::pair(answer.id(), one.diary.told));
  CHECK(answer.headers().find("probabilities") == nullptr);
}

TEST_CASE("probabilities that a learner does not tell, or that are none, are not passed on") {
  for (const std::vector<double>& told : std::vector<std::vector<double>>{
           {}, {0.5, 0.5}, {1.5, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {1.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0}}) {
    CAPTURE(told);
    ModelRun one(1, true);
    one.diary.told = told;
    one.teach(std::int64_t{1});
    one.ask(Payload::copy_of("abcd"));
    CHECK(metric(one.model, "prequential_accuracy") == 0);
    CHECK(metric(one.model, "prequential_log_loss") == -1);
    CHECK(one.stage.probabilities.empty());
    REQUIRE(one.run.link.published.size() == 1);
    CHECK(one.run.link.published[0].message->headers().find("probabilities") == nullptr);
  }
}

TEST_CASE("a model that is asked to writes the probabilities as a header") {
  ModelRun one(1, true);
  one.diary.told = {0.5, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0};
  one.ask(Payload::copy_of("abcd"));
  REQUIRE(one.run.link.published.size() == 1);
  const HeaderValue* header = one.run.link.published[0].message->headers().find("probabilities");
  REQUIRE(header != nullptr);
  CHECK(*header == HeaderValue(HeaderArray({one.diary.told.begin(), one.diary.told.end()})));
}

TEST_CASE("a prediction that is no label of 0 to 65,535 is wrong") {
  ModelRun one(1);
  one.diary.label = INT32_MAX;
  one.teach(std::int64_t{1});
  CHECK(metric(one.model, "prequential_accuracy") == 0);
  CHECK(one.model.confusion() == std::vector<ConfusionCell>{{1, -1, 1},
                                                            {1, -1, 1, FigureView::kWindow},
                                                            {1, -1, 1, FigureView::kFaded}});
}

TEST_CASE("a model that has learned nothing has no prequential accuracy of any kind") {
  const ModelRun one;
  CHECK(one.model.metrics().size() == 2);
  CHECK(one.model.curve().empty());
}

TEST_CASE("a model saves what it has learned, the last batch included once it is over") {
  ModelRun one(2);
  const auto last_taught = [&one](const App& model) {
    FakeLearner learner(one.diary);
    load_learner({"m.learner", *model.save_state()}, {"fake", {.shape = {1, 4}, .classes = 10}}, learner);
    const std::array<Input, 1> image = {Input{.pixels = reinterpret_cast<const std::uint8_t*>("abcd")}};
    std::array<Prediction, 1> prediction;
    learner.predict(image, prediction);
    return prediction[0].label;
  };
  for (std::int64_t label : {3, 4, 5}) one.teach(label);
  CHECK(last_taught(one.model) == 4);
  one.model.finish();
  CHECK(last_taught(one.model) == 5);
}

TEST_CASE("a model refuses what it was not made for, says what to set, and goes on") {
  ModelRun one;
  one.ask(Payload::copy_of("abc"), "q-3");
  one.teach(10, "t-4");
  one.teach(-1, "t-5");
  for (const HeaderValue& label : {HeaderValue(std::string("7")), HeaderValue(3.0), HeaderValue(true)})
    one.ask(Payload::copy_of("abcd"), "odd", {{"label", label}});
  REQUIRE(one.refused.size() == 6);
  CHECK_THAT(one.refused[0], ContainsSubstring("q-3: it has 3 bytes") && ContainsSubstring("`shape`"));
  CHECK_THAT(one.refused[1], ContainsSubstring("t-4: it has label 10") && ContainsSubstring("`classes`"));
  CHECK_THAT(one.refused[2], ContainsSubstring("label -1"));
  CHECK_THAT(one.refused[3], ContainsSubstring("its label \"7\" is text"));
  CHECK_THAT(one.refused[4], ContainsSubstring("its label 3 is no integer"));
  CHECK_THAT(one.refused[5], ContainsSubstring("its label true is a truth value"));
  CHECK(metric(one.model, "trained") == 0);
  CHECK(metric(one.model, "predicted") == 0);
  CHECK(one.run.link.published.empty());
  CHECK(std::count(one.run.link.calls.begin(), one.run.link.calls.end(), "reject 0 drop") == 6);
  one.teach(7, "good");
  CHECK(metric(one.model, "trained") == 1);
}
