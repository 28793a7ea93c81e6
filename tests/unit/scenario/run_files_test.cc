// Names that components may not have, because a file of the run has them.
#include "sim/scenario/run_files.h"

#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

std::string refusal(const std::string& name, const std::string& kind) {
  return input_error([&] {
    parse_scenario("[component." + name + "]\nkind = \"" + kind + "\"\nfrom = \"a\"\n", "a.toml",
                   built_in_tables());
  });
}

}  // namespace

TEST_CASE("a component's file is no file of the run") {
  CHECK_THAT(
      refusal("refused", "watch"),
      ContainsSubstring("a.toml:1:1: component.refused: the name is taken: refused.csv is a file of runs"));
  for (const char* kind : {"watch", "echo"}) {
    CHECK_THAT(refusal("metrics", kind),
               ContainsSubstring("the name is taken: metrics.csv is a file of runs"));
    CHECK_THAT(refusal("predictions", kind), ContainsSubstring("the name is taken: predictions.csv"));
  }
}

TEST_CASE("a name that collides with no file is free") {
  // An echo keeps a log; other names can only be folders of nodes, which are not files.
  CHECK(refusal("refused", "echo").empty());
  for (const std::string name : {"capture", "summary", "timing", "events", "node", "answers", "minimised"}) {
    CAPTURE(name);
    for (const char* kind : {"watch", "echo"}) CHECK(refusal(name, kind).empty());
  }
}

TEST_CASE("files that are written only when they are asked for") {
  for (const char* file : {"events.sqlite", "predictions.csv", "mlp.learner", "minimised.toml", "capture"})
    CHECK(is_asked_for(file));
  for (const char* file : {"summary.json", "metrics.csv", "timing.json", "refused.csv", "a.csv", "a.log"})
    CHECK_FALSE(is_asked_for(file));
}
