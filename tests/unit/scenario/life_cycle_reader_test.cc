// What a scenario says about the life of a component, and what is refused.
#include <fmt/format.h>

#include "dse/error.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

// A model that reads what a watch reads too, with further lines in the model's table and at the end.
std::string scenario_with(const std::string& of_model, const std::string& behind = "") {
  return fmt::format(R"([component.lenet]
kind = "model"
learner = "softmax"
shape = [8, 8]
from = "digits"
to = "predictions"
{}
[component.watch]
kind = "watch"
from = "digits"
{}
)",
                     of_model, behind);
}

const std::string kCrash = "[[fault]]\nkind = \"crash\"\ncomponent = \"lenet\"\nat = \"1s\"\n";

Scenario read(const std::string& of_model, const std::string& behind = "") {
  return parse_scenario(scenario_with(of_model, behind), "s.toml", built_in_tables());
}
std::string refusal(const std::string& of_model, const std::string& behind = "") {
  return input_error([&] { read(of_model, behind); });
}

std::vector<std::string> names_of(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) names.push_back(component.name);
  return names;
}

}  // namespace

TEST_CASE("life cycle: the keys are read") {
  const Scenario scenario = read(
      "start = \"1ms\"\nstop = \"3s\"\nrestart = { after = \"200ms\", times = 2 }\ncheckpoint = \"250ms\"",
      kCrash);
  const LifeCycle& life = scenario.components[0].life;
  CHECK(life.stop_ns == 3'000'000'000);
  REQUIRE(life.restart.has_value());
  CHECK(life.restart->after_ns == 200'000'000);
  CHECK(life.restart->times == 2);
  CHECK(life.checkpoint_every_ns == 250'000'000);
  CHECK(scenario.components[1].life.empty());
  CHECK_THAT(topology_text(scenario), ContainsSubstring(" until 3s restarts after 200ms, at most 2 times"));
  CHECK_THAT(topology_text(scenario), ContainsSubstring("checkpoint every 250ms\n"));
}

TEST_CASE("life cycle: a restart needs no limit, and has none then") {
  CHECK_FALSE(read("restart = { after = \"1ms\" }", kCrash).components[0].life.restart->times.has_value());
}

TEST_CASE("life cycle: a restart takes time") {
  CHECK(refusal("restart = { after = \"0s\" }", kCrash)
            .starts_with("s.toml:7:21: component.lenet.restart.after: expected more than nothing"));
}

TEST_CASE("life cycle: replicas have the names NAME-1 to NAME-N, and stand where NAME stands") {
  const Scenario scenario = read("count = 3");
  CHECK(names_of(scenario) == std::vector<std::string>{"lenet-1", "lenet-2", "lenet-3", "watch"});
  CHECK(scenario.components[2].table_name() == "lenet");
  CHECK(scenario.components[3].table_name() == "watch");
  CHECK(names_of(read("count = 1")) == std::vector<std::string>{"lenet-1", "watch"});
}

TEST_CASE("life cycle: what names replicas by their common name means each of them") {
  const Scenario scenario = read("count = 2\nrestart = { after = \"1ms\" }", kCrash);
  REQUIRE(scenario.faults.size() == 1);
  CHECK(scenario.components[0].is_called(scenario.faults[0].component));
  CHECK(scenario.components[1].is_called(scenario.faults[0].component));
  CHECK_FALSE(scenario.components[2].is_called(scenario.faults[0].component));
}

TEST_CASE("life cycle: a restart of replicas needs a crash of one of them") {
  const auto crash_of = [](const std::string& name) {
    return refusal("count = 2\nrestart = { after = \"1ms\" }",
                   fmt::format("[[fault]]\nkind = \"crash\"\ncomponent = \"{}\"\nat = \"1s\"\n", name));
  };
  CHECK(crash_of("lenet-2") == "");
  CHECK(crash_of("watch").starts_with("s.toml:8:11: component.lenet.restart: nothing crashes 'lenet':"));
}

TEST_CASE("life cycle: counts of replicas have a sum, and other metrics belong to one of them") {
  const auto expecting = [](const std::string& metric) {
    return refusal("count = 2", fmt::format("[[expect]]\nmetric = \"{}\"\nmin = 0\n", metric));
  };
  CHECK(expecting("lenet.trained") == "");
  CHECK(expecting("lenet.unhandled") == "");
  CHECK(expecting("lenet.accuracy") == "");
  CHECK(expecting("lenet-2.trained") == "");
  CHECK(expecting("lenet-2.infer_sojourn_p99_ns") == "");
  CHECK_THAT(expecting("lenet.infer_sojourn_p99_ns"),
             ContainsSubstring("s.toml:12:10: expect.0.metric: 'lenet' has replicas, and each has its own "
                               "'infer_sojourn_p99_ns': name one of them, such as "
                               "'lenet-1.infer_sojourn_p99_ns'"));
  CHECK_THAT(expecting("lenet.sent"), ContainsSubstring("unknown metric 'lenet.sent'"));
}

TEST_CASE("life cycle: a consumer is one replica") {
  const auto expecting = [](const std::string& consumer) {
    return refusal("count = 2", fmt::format("[[expect]]\nresource = \"digits\"\nconsumer = \"{}\"\n"
                                            "delivered = \"at-least-once\"\n",
                                            consumer));
  };
  CHECK(expecting("lenet-2") == "");
  CHECK_THAT(expecting("lenet"),
             ContainsSubstring("expect.0.consumer: 'lenet' has replicas, which are consumers "
                               "each by itself: name one of them, such as 'lenet-1'"));
}

TEST_CASE("life cycle: an ensemble names replicas together, as they have one vote") {
  const auto voting = [](const std::string& model) {
    return refusal("count = 2", fmt::format("[component.votes]\nkind = \"ensemble\"\nfrom = \"predictions\"\n"
                                            "models = [\"{}\"]\n",
                                            model));
  };
  CHECK(voting("lenet") == "");
  CHECK_THAT(voting("lenet-1"), ContainsSubstring("component.votes.models: no model is named 'lenet-1'"));
}

TEST_CASE("life cycle: what makes no sense is refused, with its place and what was expected") {
  CHECK_THAT(
      refusal("start = \"2s\"\nstop = \"2s\""),
      ContainsSubstring("s.toml:8:8: component.lenet.stop: is not after its start at 2s: expected a later "
                        "time"));
  CHECK_THAT(refusal("stop = \"soon\""), ContainsSubstring("s.toml:7:8: component.lenet.stop: "));
  CHECK_THAT(refusal("count = 0"), ContainsSubstring("s.toml:7:9: component.lenet.count: "));
  CHECK_THAT(refusal("count = 10001"), ContainsSubstring("10000"));
  CHECK_THAT(
      refusal("restart = { after = \"1ms\" }"),
      ContainsSubstring("s.toml:7:11: component.lenet.restart: nothing crashes 'lenet': expected a [[fault]] "
                        "with kind = \"crash\" and its name, or no `restart`"));
  CHECK_THAT(refusal("restart = { times = 2 }", kCrash),
             ContainsSubstring("s.toml:7:11: component.lenet.restart.after: is missing"));
  CHECK_THAT(refusal("restart = { after = \"1ms\", times = 0 }", kCrash),
             ContainsSubstring("component.lenet.restart.times: "));
  CHECK_THAT(refusal("restart = { after = \"1ms\", time = 2 }", kCrash),
             ContainsSubstring("component.lenet.restart.time: unknown key; did you mean 'times'?"));
  CHECK_THAT(refusal("checkpoint = \"1ms\""),
             ContainsSubstring("s.toml:7:14: component.lenet.checkpoint: nothing goes on from it: it needs "
                               "`restart`"));
  CHECK_THAT(refusal("restart = { after = \"1ms\" }\ncheckpoint = \"0s\"", kCrash),
             ContainsSubstring("s.toml:8:14: component.lenet.checkpoint: expected more than nothing"));
  CHECK_THAT(refusal("", "restart = { after = \"1ms\" }\ncheckpoint = \"1ms\""),
             ContainsSubstring("component.watch.checkpoint: a component of the kind 'watch' keeps no state"));
}

TEST_CASE("life cycle: the name of a replica that somebody else has is refused") {
  const std::string other = "\n[component.{}]\nkind = \"watch\"\nfrom = \"digits\"\n{}\n";
  CHECK_THAT(
      refusal("count = 2", fmt::format(fmt::runtime(other), "lenet-2", "")),
      ContainsSubstring("component.lenet.count: makes a replica 'lenet-2', and another component has that "
                        "name: give one of the two another"));
  CHECK(refusal("count = 2", fmt::format(fmt::runtime(other), "lenet-3", "")) == "");
  CHECK_THAT(refusal("count = 2", fmt::format(fmt::runtime(other), "lenet-2", "count = 2")),
             ContainsSubstring("makes a replica 'lenet-2'"));
  const std::string gateway = "[[gateway.export]]\nfrom = \"digits\"\nexchange = \"x\"\nname = \"{}\"\n";
  CHECK_THAT(refusal("count = 2", fmt::format(fmt::runtime(gateway), "lenet-2")),
             ContainsSubstring("gateway.export.0.name: the name is taken"));
  CHECK_THAT(refusal("count = 2", fmt::format(fmt::runtime(gateway), "lenet")),
             ContainsSubstring("gateway.export.0.name: the name is taken"));
}
