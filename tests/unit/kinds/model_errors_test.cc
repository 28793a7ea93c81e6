// What a model says of its errors, and what it does on an alarm.
#include "kinds/model_app.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

using Refusals = std::vector<std::string>;

MakeContext model_context(Stage& stage) {
  MakeContext context = stage.context("m", 8);
  context.inputs = [] { return std::vector<DataInput>(); };
  context.require_fitting = [](const Taken&) {};
  return context;
}

// One of two rows of two numbers, which a learner can tell apart.
Payload row(int label) {
  const std::array<float, 2> numbers = {label == 0 ? -1.0F : 1.0F, 0.5F};
  return Payload::copy_of({reinterpret_cast<const char*>(numbers.data()), sizeof numbers});
}

// A model of two classes of rows.
struct ErrorsRun {
  Stage stage;
  std::unique_ptr<App> model;
  AppRun run;
  Refusals refused;
  std::uint64_t taught = 0;

  struct With {
    std::string learner = "naive-bayes";
    std::size_t batch = 1;
    bool errors = true;
    bool resets = false;
    std::size_t label_window = 0;
    const App* goes_on_from = nullptr;
  };
  explicit ErrorsRun(const With& with) : model(made(with)), run("m", *model) {
    run.link.run_posted = true;
    run.machine.set_on_refuse(
        [this](const Message&, const std::string& reason) { refused.push_back(reason); });
    run.link.take_calls();
  }

  std::unique_ptr<App> made(const With& with) {
    ModelOptions options{.learner = *built_in_learners().find(with.learner),
                         .from = "in",
                         .to = "predictions",
                         .batch = with.batch,
                         .train_service_ns = 20,
                         .infer_service_ns = 40,
                         .features = 2,
                         .classes = 2,
                         .label_window = with.label_window,
                         .resets_on_alarm = with.resets};
    if (with.errors) options.errors = "errors";
    std::unique_ptr<App> app = make_model(std::move(options))->make(model_context(stage));
    if (with.goes_on_from != nullptr) app->load_checkpoint(*with.goes_on_from->save_checkpoint());
    return app;
  }
  void teach(std::int64_t label) {
    run.deliver({.payload = row(static_cast<int>(label)),
                 .headers = {{"label", label}},
                 .id = "t-" + std::to_string(taught++)});
  }
  void alarm(Headers headers = {}) {
    run.deliver({.headers = std::move(headers), .content_type = "application/vnd.dse.alarm"});
  }
  std::string knows() const {
    Hasher hasher;
    model->hash_state(hasher);
    return hex64(hasher.digest());
  }
  // "t-0:0 t-1:1": whether each example was an error, in the order of the messages.
  std::string errors() const {
    std::string text;
    for (const auto& sent : run.link.published) {
      text += (text.empty() ? "" : " ") + sent.message->correlation_id() + ":" +
              std::to_string(*sent.message->headers().find_integer("error"));
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a model with errors writes one for each example, when the batch's last one has had its time") {
  ErrorsRun one({.learner = "no-change", .batch = 2});
  one.teach(1);
  CHECK(one.run.link.take_calls() == Refusals{"after 20", "acknowledge 0"});
  one.teach(1);
  CHECK(one.run.link.take_calls() == Refusals{"compute 20", "declare errors", "publish errors m-0",
                                              "declare errors", "publish errors m-1", "acknowledge 0"});
  REQUIRE(one.run.link.published.size() == 2);
  const FakeLink::Published& sent = one.run.link.published[0];
  CHECK(sent.time_ns == 40);
  CHECK(sent.resource == "errors");
  const Message& error = *sent.message;
  CHECK(error.payload().size() == 0);
  CHECK(error.key() == "m.error");
  CHECK(error.content_type() == "application/vnd.dse.error");
  CHECK(error.correlation_id() == "t-0");
  CHECK(error.headers() == Headers{{"model", std::string("m")},
                                   {"error", std::int64_t{1}},
                                   {"truth", std::int64_t{1}},
                                   {"predicted", std::int64_t{0}}});
  CHECK(one.run.link.published[1].message->correlation_id() == "t-1");
}

TEST_CASE("a model's errors are those of its prequential accuracy") {
  ErrorsRun one({.learner = "no-change"});
  for (const int label : {0, 1, 1, 0, 0}) one.teach(label);
  CHECK(one.errors() == "t-0:0 t-1:1 t-2:0 t-3:1 t-4:0");
  CHECK(metric(*one.model, "prequential_accuracy") == 3.0 / 5);
}

TEST_CASE("a model without errors trains as ever, and writes none") {
  ErrorsRun one({.errors = false});
  one.teach(1);
  CHECK(one.run.link.take_calls() == Refusals{"post", "after 20", "acknowledge 0"});
  CHECK(one.run.link.published.empty());
}

TEST_CASE("nothing is written of the batch that is learned when the run is over") {
  ErrorsRun one({.batch = 2});
  for (const int label : {0, 1, 1}) one.teach(label);
  one.model->finish();
  CHECK(one.errors() == "t-0:0 t-1:1");
}

TEST_CASE("examples that a checkpoint has kept are told of by their ids") {
  ErrorsRun crashed({.batch = 3});
  for (const int label : {0, 1, 1, 0, 1}) crashed.teach(label);
  ErrorsRun again({.batch = 3, .goes_on_from = crashed.model.get()});
  again.taught = 5;
  again.teach(1);
  crashed.teach(1);
  CHECK(again.errors() == "t-3:0 t-4:0 t-5:0");
  CHECK(crashed.errors() == "t-0:0 t-1:1 t-2:1 " + again.errors());
  CHECK(again.knows() == crashed.knows());
}

TEST_CASE("of an item whose label comes late the error is that of the answer which it got") {
  ErrorsRun one({.learner = "no-change", .label_window = 8});
  one.run.deliver({.payload = row(1), .id = "item"});  // it answers 0
  one.teach(1);
  one.run.deliver({.headers = {{"label", std::int64_t{1}}},
                   .correlation_id = "item",
                   .content_type = "application/vnd.dse.label"});
  std::vector<MessagePtr> errors;
  for (const auto& sent : one.run.link.published) {
    if (sent.resource == "errors") errors.push_back(sent.message);
  }
  REQUIRE(errors.size() == 2);
  CHECK(errors[0]->correlation_id() == "t-0");
  CHECK(errors[1]->correlation_id() == "item");
  CHECK(*errors[1]->headers().find_integer("predicted") == 0);
  CHECK(*errors[1]->headers().find_integer("error") == 1);
}

TEST_CASE("on an alarm a model starts again from what it was made with") {
  for (const char* learner : {"naive-bayes", "hoeffding-tree", "no-change", "majority", "softmax", "mlp"}) {
    CAPTURE(learner);
    ErrorsRun one({.learner = learner, .resets = true});
    const std::string first = one.knows();
    const auto learn = [&one] {
      for (const int label : {0, 1, 1, 0, 1, 0, 1}) one.teach(label);
      return one.knows();
    };
    const std::string learned = learn();
    CHECK(learned != first);
    one.alarm();
    CHECK(one.knows() == first);
    CHECK(one.refused.empty());
    CHECK(learn() == learned);
    CHECK(metric(*one.model, "resets") == 1);
    CHECK(metric(*one.model, "trained") == 14);
  }
}

TEST_CASE("the batch under way outlives an alarm, and is learned by the model as it starts again") {
  ErrorsRun one({.batch = 2, .resets = true});
  for (const int label : {1, 0, 1}) one.teach(label);
  one.alarm();
  one.teach(0);
  ErrorsRun anew({.batch = 2});
  for (const int label : {1, 0}) anew.teach(label);
  CHECK(one.knows() == anew.knows());
  CHECK(metric(*one.model, "trained") == 4);
  CHECK(one.errors() == "t-0:1 t-1:0 t-2:1 t-3:0");
}

TEST_CASE("a warning resets nothing") {
  ErrorsRun one({.resets = true});
  one.teach(1);
  const std::string learned = one.knows();
  one.alarm({{"level", std::string("warning")}});
  CHECK(one.knows() == learned);
  CHECK(one.refused.empty());
  CHECK(metric(*one.model, "resets") == 0);
  one.alarm({{"level", std::string("drift")}});
  CHECK(one.knows() != learned);
}

TEST_CASE("a model that is not told to reset refuses alarms, and names the key") {
  ErrorsRun one({});
  one.alarm();
  REQUIRE(one.refused.size() == 1);
  CHECK_THAT(one.refused[0], ContainsSubstring("set `on_alarm = \"reset\"`"));
  CHECK(one.run.link.calls == Refusals{"reject 0 drop"});
  CHECK(metric(*one.model, "resets") == -1);
}

TEST_CASE("a model that was restarted from a checkpoint resets to what the first one was made with") {
  const ErrorsRun::With with{.learner = "mlp", .resets = true};
  ErrorsRun crashed(with);
  const std::string first = crashed.knows();
  crashed.teach(1);
  ErrorsRun::With goes_on = with;
  goes_on.goes_on_from = crashed.model.get();
  // It has drawn other weights.
  ErrorsRun again(goes_on);
  CHECK(again.knows() == crashed.knows());
  again.alarm();
  CHECK(again.knows() == first);
}
