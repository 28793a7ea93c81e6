// The Hoeffding tree and naive Bayes on a million rows of each synthetic stream, beside River's on the same
// rows: tree.HoeffdingTreeClassifier() and naive_bayes.GaussianNB() with their defaults, predict_one and then
// learn_one (github.com/jacobmontiel/river, commit 4466595fcae1d6b6843dc874637f89354bacc43b).
#include <cmath>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

struct Case {
  std::string stream;
  std::string options;
  double tree;   // the share of rows that River's tree predicts rightly
  double bayes;  // and River's naive Bayes
};

std::string scenario_with(const Case& one) {
  const auto model = [](const std::string& name, const std::string& learner) {
    return "[component." + name + "]\nkind = \"model\"\nlearner = \"" + learner + "\"\nbatch = 1\nfrom = \"" +
           name + "\"\nto = \"answers\"\n";
  };
  return "seed = 1\n[[binding]]\nfrom = \"rows\"\nto = [\"tree\", \"bayes\"]\n[component.source]\n"
         "kind = \"synthetic-source\"\nstream = \"" +
         one.stream + "\"\noptions = { " + one.options +
         " }\nto = \"rows\"\nrate = \"10000/s\"\nlimit = 1_000_000\n" + model("tree", "hoeffding-tree") +
         model("bayes", "naive-bayes") + "[component.answers]\nkind = \"watch\"\nfrom = \"answers\"\n";
}

}  // namespace

TEST_CASE("a tree is as right as River's on a million rows of each stream", "[full]") {
  const Case cases[] = {{"sea", "noise = 0.1", 0.894542, 0.881821},
                        {"agrawal", "function = 1", 0.950683, 0.885171},
                        {"agrawal", "function = 2", 0.928115, 0.643775},
                        {"agrawal", "function = 3", 0.973065, 0.661738},
                        {"agrawal", "function = 4", 0.935525, 0.692202},
                        {"agrawal", "function = 5", 0.901522, 0.657501},
                        {"agrawal", "function = 6", 0.925469, 0.719287},
                        {"agrawal", "function = 7", 0.964136, 0.884724},
                        {"agrawal", "function = 8", 0.993484, 0.990038},
                        {"agrawal", "function = 9", 0.960420, 0.881609},
                        {"agrawal", "function = 10", 0.998715, 0.998553},
                        {"hyperplane", "noise = 0.05", 0.903241, 0.936282},
                        {"hyperplane", "noise = 0.05, magnitude = 0.001", 0.833029, 0.829366}};
  for (const Case& one : cases) {
    const ProgramFixture fixture;
    const Outcome outcome = fixture.replay(fixture.write("s.toml", scenario_with(one)));
    CAPTURE(one.stream, one.options, outcome.err);
    REQUIRE(outcome.status == 0);
    const auto metrics = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"))["metrics"];
    const double tree = metrics["tree.prequential_accuracy"];
    const double bayes = metrics["bayes.prequential_accuracy"];
    CAPTURE(tree, bayes);
    CHECK(std::abs(tree - one.tree) < 0.01);
    CHECK(std::abs(bayes - one.bayes) < 0.001);
    if (one.tree > one.bayes) CHECK(tree > bayes);
  }
}
