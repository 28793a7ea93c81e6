#include "sim/node/scoring_file.h"

#include <fmt/format.h>

#include <fstream>

#include "dse/error.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

// What is read from a file of these lines, again as lines.
std::vector<std::string> read_back(const std::vector<std::string>& lines) {
  const TemporaryFolder folder;
  const std::string path = folder.file("scoring");
  std::ofstream(path) << fmt::format("{}\n", fmt::join(lines, "\n"));
  std::vector<std::string> read;
  read_scoring_file(
      path,
      {.on_truth = [&](const std::string& id, std::int64_t label) { read.push_back(truth_line(id, label)); },
       .on_answer = [&](TimeNs time_ns,
                        const NotedAnswer& answer) { read.push_back(answer_line(time_ns, answer)); }});
  return read;
}

}  // namespace

TEST_CASE("what a node notes for its score is read back, whatever the id") {
  for (const std::string id : {"", "camera-0", " \n#", "\xff"}) {
    CAPTURE(id);
    const std::vector<std::string> lines = {
        truth_line(id, 7), answer_line(10, {.message_id = id, .label = -1}),
        answer_line(11, {.message_id = id, .label = 7, .probabilities = {0.1, 0x1p-1074, 1, 1.0 / 3}})};
    CHECK(read_back(lines) == lines);
  }
}

TEST_CASE("probabilities come back to the bit") {
  const std::vector<double> told = {0.1, 1.0 / 3, 0x1p-1074, 0, 1};
  const TemporaryFolder folder;
  const std::string path = folder.file("scoring");
  std::ofstream(path) << answer_line(1, {.message_id = "a", .label = 1, .probabilities = told}) << "\n";
  std::vector<double> read;
  read_scoring_file(path,
                    {.on_truth = [](const std::string&, std::int64_t) {},
                     .on_answer = [&](TimeNs, const NotedAnswer& answer) { read = answer.probabilities; }});
  CHECK(read == told);
}

TEST_CASE("a damaged line of a scoring file is named") {
  for (const std::string line :
       {"truth 7", "truth 7 61", "truth 7 #6", "answer 1 7 #61 x", "answer 1 7 #61 1.5", "answer 1 7 #61 nan",
        "answer 1 7 #61 -0.5", "verdict 7 #61"}) {
    CAPTURE(line);
    REQUIRE_THROWS_AS(read_back({truth_line("a", 1), line}), RunError);
    CHECK_THROWS_WITH(read_back({truth_line("a", 1), line}), ContainsSubstring("is damaged in line 2"));
  }
}
