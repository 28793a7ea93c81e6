// A program with a kind and a learner of its own, whose components are nodes on RabbitMQ: `nodes` starts that
// same program for each.
#include "attached.h"

namespace {

const std::string kOwnScenario = DSE_SOURCE_DIR "/examples/05-own-command-line/own.toml";

Command own_command(std::vector<std::string> arguments) {
  Command command = broker_command(RabbitMq::shared().url(), std::move(arguments));
  command.program = DSE_OWN_BINARY;
  return command;
}

}  // namespace

TEST_CASE("own program: nodes and attach know its kind and its learner") {
  const Workshop workshop;
  std::string text = read_file(kOwnScenario);
  while (text.find("../../data/sample/") != std::string::npos)
    text = replaced(text, "../../data/sample/", kSample);
  text += "[[gateway.export]]\nfrom = \"own.predictions\"\nexchange = \"own.out\"\n";
  const std::string with_export = workshop.write("own.toml", text);
  for (const auto& [how, scenario] : {std::pair("nodes", kOwnScenario), std::pair("attach", with_export)}) {
    INFO(how);
    const Outcome outcome = run_process(own_command({how, scenario, "--out", workshop.run()}));
    CAPTURE(outcome.out, outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, ContainsSubstring("model.trained is 500"));
    CHECK_THAT(outcome.out, ContainsSubstring("brightness.mean_1 is 19.7"));
    CHECK_THAT(read_file(workshop.run() + "/summary.json"), ContainsSubstring("\"brightness.mean_9\""));
  }
}

TEST_CASE("own program: dse itself says which kinds it knows") {
  const Outcome outcome = run_process(broker_command(RabbitMq::shared().url(), {"nodes", kOwnScenario}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("component.brightness.kind: unknown value 'mean'"));
  CHECK_THAT(outcome.err, ContainsSubstring("component.model.learner: unknown value 'nearest-mean'"));
}
