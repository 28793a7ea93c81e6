// Drift detectors, and the models that they watch, as a scenario names them: what is wrong is refused, each
// with a sentence; and what a detector refuses in a run is said.
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kSource = R"([component.source]
kind = "synthetic-source"
stream = "sea"
to = "rows"
rate = "1000/s"
limit = 100
)";
const std::string kModel = R"([component.model]
kind = "model"
learner = "naive-bayes"
from = "rows"
to = "answers"
errors = "errors"
)";
const std::string kDetector = R"([component.detector]
kind = "drift-detector"
detector = "adwin"
from = "errors"
to = "alarms"
)";

void check_detector_refused(const std::string& detector, const std::vector<std::string>& messages) {
  const ProgramFixture fixture;
  const std::string text = kSource + kModel + replaced(kDetector, "\"adwin\"", detector);
  fixture.check_refused(fixture.write("s.toml", text), messages);
}

void check_model_refused(const std::string& from, const std::string& to,
                         const std::vector<std::string>& messages) {
  const ProgramFixture fixture;
  fixture.check_refused(fixture.write("s.toml", kSource + replaced(kModel, from, to) + kDetector), messages);
}

}  // namespace

TEST_CASE("drift detector: a wrong detector or parameter is refused at its place") {
  check_detector_refused("\"adwn\"",
                         {"component.detector.detector: unknown value 'adwn'; did you mean 'adwin'?"});
  check_detector_refused("7", {"component.detector.detector: expected a string, found an integer"});
  check_detector_refused("{ delta = 0.1 }",
                         {"component.detector.detector: has no `name`: name one of adwin, ddm"});
  check_detector_refused("{ name = 7 }",
                         {"component.detector.detector.name: expected the name of a detector"});
  check_detector_refused("{ name = \"dm\" }", {"there is no detector 'dm'; did you mean 'ddm'?"});
  check_detector_refused(
      "{ name = \"adwin\", dleta = 0.1 }",
      {"component.detector.detector.dleta: is no parameter of the detector 'adwin'; did you "
       "mean 'delta'?"});
  check_detector_refused("{ name = \"adwin\", clock = 0 }",
                         {"component.detector.detector.clock: is 0: expected an integer from 1 to 1000000"});
  check_detector_refused("{ name = \"adwin\", variant = \"moa\" }",
                         {"variant: is \"moa\": expected one of \"paper\", \"river\""});
  check_detector_refused("{ name = \"adwin\", delta = 1 }",
                         {"component.detector.detector: delta is 1, expected a number above 0 and below 1"});
  check_detector_refused("{ name = \"ddm\", warning_level = 4.0 }",
                         {"out_control_level is 3, expected a number of at least 4, which is warning_level"});
}

TEST_CASE("drift detector: wrong keys of the others are refused") {
  check_detector_refused("\"adwin\"\nvalue = \"\"", {"component.detector.value: names no header"});
  check_detector_refused("\"adwin\"\nmax_delay = 3", {"component.detector.max_delay: expected a duration"});
  check_detector_refused("\"adwin\"\ndrifts = [\"\"]", {"component.detector.drifts: has an empty name"});
  check_detector_refused("\"adwin\"\ndrifts = \"turn\"",
                         {"component.detector.drifts: there is no [[drift]] named 'turn'"});
}

TEST_CASE("model: where errors may not go, and alarms that a program could not follow, are refused") {
  check_model_refused("errors = \"errors\"", "errors = \"rows\"",
                      {"component.model.errors: is 'rows', which is its `from`: give errors a resource"});
  check_model_refused("errors = \"errors\"", "errors = \"answers\"",
                      {"component.model.errors: is 'answers', which is its `to`: give errors a resource"});
  check_model_refused("errors", "on_alarm = \"restart\"\nerrors",
                      {"component.model.on_alarm: unknown value 'restart'"});
  check_model_refused("\"naive-bayes\"\n", "{ program = [\"true\"] }\non_alarm = \"reset\"\n",
                      {"component.model.on_alarm: is \"reset\", but its learner is a program"});
}

TEST_CASE("a detector watches any number, and what has none is refused and said") {
  const ProgramFixture fixture;
  const std::string path = fixture.write(
      "s.toml", kSource + kModel + replaced(kDetector, "\"adwin\"", "\"page-hinkley\"\nvalue = \"label\"") +
                    "[[binding]]\nfrom = \"rows\"\nto = \"errors\"\n");
  const Outcome outcome = fixture.replay(path);
  CHECK(outcome.status == 0);
  // The errors of the six full batches have no label.
  const std::string summary = read_file(fixture.run() + "/summary.json");
  CHECK_THAT(summary, ContainsSubstring("\"detector.examples\": 100,"));
  CHECK_THAT(summary, ContainsSubstring("\"detector.alarms\": 0,"));
  CHECK_THAT(summary, ContainsSubstring("\"detector.refused\": 96,"));
  CHECK_THAT(read_file(fixture.run() + "/refused.csv"), ContainsSubstring("it has no header `label`"));
}

TEST_CASE("errors are no answers, and alarms are neither learned nor answered") {
  const ProgramFixture fixture;
  const Outcome outcome = fixture.replay(kScenarios + "drift-detector.toml", {"--record"});
  CHECK(outcome.status == 0);
  CHECK(lines_of(read_file(fixture.run() + "/predictions.csv")).size() == 1);
  const std::string summary = read_file(fixture.run() + "/summary.json");
  CHECK_THAT(summary, ContainsSubstring("\"renews.train_sojourn_p50_ns\""));
  CHECK_THAT(summary, !ContainsSubstring("\"renews.infer_sojourn_p50_ns\""));
}

TEST_CASE("a detector and its model that come back after a crash go on from their checkpoints") {
  const ProgramFixture fixture;
  std::string text = read_file(kScenarios + "drift-detector.toml");
  text = text.substr(0, text.find("# ADWIN notices both changes"));
  for (const std::string header : {"[component.adwin]\n", "[component.renews]\n"})
    text = replaced(text, header, header + "restart = { after = \"5ms\" }\ncheckpoint = \"50ms\"\n");
  text +=
      "[[fault]]\nkind = \"crash\"\ncomponent = \"adwin\"\nat = \"950ms\"\n"
      "[[fault]]\nkind = \"crash\"\ncomponent = \"renews\"\nat = \"970ms\"\n"
      "[[expect]]\nmetric = \"adwin.detected\"\nequals = 2\n"
      "[[expect]]\nmetric = \"adwin.false_alarms\"\nequals = 0\n"
      "[[expect]]\nmetric = \"adwin.examples\"\nmin = 28_000\n"
      "[[expect]]\nmetric = \"renews.resets\"\nmin = 2\n"
      // Without checkpoints each would forget more than nine thousand.
      "[[expect]]\nmetric = \"adwin.forgotten\"\nmin = 1\nmax = 1000\n"
      "[[expect]]\nmetric = \"renews.forgotten\"\nmin = 1\nmax = 1000\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", text));
  CAPTURE(outcome.out);
  CHECK(outcome.status == 0);
}

TEST_CASE("figures of planted drifts are undefined where none is planted or detected") {
  const ProgramFixture fixture;
  const std::string text = kSource + kModel + kDetector;
  const auto judged = [&](const std::string& more) {
    return fixture.replay(fixture.write("s.toml", text + more)).out;
  };
  CHECK_THAT(judged("[[expect]]\nmetric = \"detector.missed\"\nequals = 0\n"),
             ContainsSubstring("it is undefined without planted drifts"));
  CHECK_THAT(
      judged("[[drift]]\nkind = \"class-swap\"\ncomponent = \"source\"\nclasses = [0, 1]\nat = \"95ms\"\n"
             "[[expect]]\nmetric = \"detector.detection_delay_ns\"\nmax = 7\n"),
      ContainsSubstring("it is undefined when no planted drift was detected"));
}

TEST_CASE("a detector may name a drift that is off: then it is judged by nothing") {
  const ProgramFixture fixture;
  const std::string drift =
      "[[drift]]\nname = \"turn\"\nkind = \"class-swap\"\ncomponent = \"source\"\nclasses = [0, 1]\n"
      "at = \"50ms\"\non = false\n";
  const std::string text = kSource + kModel + kDetector + "drifts = \"turn\"\n" + drift;
  const Outcome outcome = fixture.replay(
      fixture.write("s.toml", text + "[[expect]]\nmetric = \"detector.missed\"\nequals = 0\n"));
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("it is undefined without planted drifts"));
}
