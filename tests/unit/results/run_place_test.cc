// Which run directory a finished run may replace, and where it goes when it may not.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "dse/error.h"
#include "sim/results/run_folder.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

Names names_in(const fs::path& folder) {
  Names names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

const std::string kCaptured = "dse capture\n\2...";

struct Run {
  std::string name;  // distinguishes runs
  std::string status = "completed";
  Names files = {};  // besides the summary
};

void write_run(RunFolder& folder, const Run& run) {
  for (const std::string& file : run.files) {
    fs::create_directories(fs::path(folder.path_of(file)).parent_path());
    folder.write(file, file == "capture" ? kCaptured : "x");
  }
  folder.write("summary.json", "{\"name\": \"" + run.name + "\", \"status\": \"" + run.status + "\"}");
  std::string list;
  for (const std::string& file : folder.file_names()) list += (list.empty() ? "\"" : ", \"") + file + "\"";
  folder.write("timing.json", "{\"files\": [" + list + "]}");
}

// Returns the name of the folder that the run was given.
std::string commit(RunFolder& folder, const Run& run) {
  write_run(folder, run);
  folder.commit();
  return folder.target().filename().string();
}

struct Place {
  TemporaryFolder folder;
  fs::path a = folder.path() / "a";

  std::string by_default(const Run& run) const {
    RunFolder made = RunFolder::at("", a.string());
    return commit(made, run);
  }
  std::string chosen(const Run& run) const {
    RunFolder made = RunFolder::at(a.string(), "unused");
    return commit(made, run);
  }
  bool holds(const std::string& name, const std::string& run) const {
    return content(folder.path() / name / "summary.json").find("\"" + run + "\"") != std::string::npos;
  }
  Names names() const { return names_in(folder.path()); }
};

}  // namespace

TEST_CASE("runs that end in one place with a capture each keep all of them") {
  const Place place;
  RunFolder folder = RunFolder::at("", place.a.string());
  // Another process has finished meanwhile.
  put(place.a / "capture", kCaptured);
  put(place.a / "summary.json", "{\"name\": \"theirs\"}");
  put(place.a / "timing.json", "{\"files\": [\"capture\", \"summary.json\"]}");
  CHECK(commit(folder, {.name = "ours", .files = {"capture"}}) == "a-2");
  CHECK(place.by_default({.name = "third", .files = {"capture"}}) == "a-3");
  CHECK(place.names() == Names{"a", "a-2", "a-3"});
  CHECK(place.holds("a", "theirs"));
  CHECK(place.holds("a-2", "ours"));
}

TEST_CASE(
    "what came to a chosen place while the run went on is left alone, and the error says where the run is") {
  for (const bool capture : {false, true}) {
    CAPTURE(capture);
    const Place place;
    place.chosen({.name = "old"});
    RunFolder folder(place.a);
    put(place.a / (capture ? "capture" : "thesis.txt"), capture ? kCaptured : "years of work");
    write_run(folder, {.name = "new"});
    CHECK_THROWS_WITH(folder.commit(),
                      place.a.string() +
                          (capture ? ": holds a capture, and what came in comes no second time"
                                   : ": holds 'thesis.txt', which no run has written there") +
                          ": it is left as it is, and the results are in " + place.a.string() + "-2");
    CHECK(place.names() == Names{"a", "a-2"});
    CHECK(place.holds("a", "old"));
    CHECK(place.holds("a-2", "new"));
  }
}

TEST_CASE("the record of a run that was interrupted is kept from a run without one") {
  const Place place;
  const Run interrupted{.name = "interrupted", .status = "interrupted", .files = {"events.sqlite"}};
  CHECK(place.by_default(interrupted) == "a");
  CHECK(place.by_default({.name = "plain"}) == "a-2");
  CHECK(place.by_default({.name = "recorded", .files = {"events.sqlite"}}) == "a");
}

TEST_CASE("a chosen name's neighbours were chosen as well") {
  const Place place;
  put(place.folder.path() / "a-2" / "timing.json", "{\"files\": []}");
  RunFolder folder(place.a);
  put(place.a / "thesis.txt", "years of work");
  write_run(folder, {.name = "new"});
  CHECK_THROWS_AS(folder.commit(), RunError);
  CHECK(place.names() == Names{"a", "a-2", "a-3"});
}

TEST_CASE("what somebody has put into a run directory keeps it") {
  for (const std::string file : {"thesis.txt", "notes.csv", "metrics.csv.old", "echo/notes", ".hidden"}) {
    CAPTURE(file);
    const Place place;
    place.chosen({.name = "old", .files = {"metrics.csv", "echo/node.json"}});
    put(place.a / file, "mine");
    CHECK_THAT(input_error([&] { RunFolder folder(place.a); }),
               ContainsSubstring("holds '" + file + "', which no run has written there: move it away"));
    CHECK(place.by_default({.name = "new"}) == "a-2");
    CHECK(place.by_default({.name = "newer"}) == "a-2");
    CHECK(place.holds("a-2", "newer"));
    CHECK(content(place.a / file) == "mine");
  }
}

TEST_CASE("a run directory that lists no files is somebody's") {
  const Place place;
  put(place.a / "summary.json", "{\"status\": \"completed\"}");
  CHECK_THAT(input_error([&] { RunFolder folder(place.a); }),
             ContainsSubstring("exists and is not a run directory: remove it"));
  CHECK(place.by_default({.name = "new"}) == "a-2");
  put(place.a / "timing.json", "{\"files\": 3}");
  CHECK(place.by_default({.name = "newer"}) == "a-2");
}

TEST_CASE("a run replaces those of its kind alone") {
  const Place place;
  place.chosen({.name = "old"});
  const auto explored = [&] { RunFolder folder(place.a, RunFolder::Naming::kChosen, "summary.json"); };
  CHECK_THAT(input_error(explored), ContainsSubstring("exists and is not a run directory"));
  put(place.a / "summary.json", "{\"files\": [\"timing.json\"]}");
  CHECK(input_error(explored).empty());
}

TEST_CASE("what has been taken out of a run directory keeps nothing") {
  const Place place;
  place.chosen({.name = "old", .files = {"metrics.csv", "events.sqlite"}});
  fs::remove(place.a / "events.sqlite");
  CHECK(place.by_default({.name = "new"}) == "a");
  CHECK(place.holds("a", "new"));
}

TEST_CASE("a folder named capture is no capture, and neither is a file that holds none") {
  const Place place;
  const Run run{.name = "x", .files = {"capture/node.json", "capture/capture.log"}};
  CHECK(place.by_default(run) == "a");
  CHECK(place.by_default(run) == "a");
  CHECK(place.chosen(run) == "a");
  put(place.a / "capture" / "capture", "a file of the node's");
  CHECK(place.by_default(run) == "a-2");  // that file is not of the run
  const Place other;
  put(other.a / "capture", "");
  put(other.a / "timing.json", "{\"files\": [\"capture\"]}");
  CHECK(other.chosen(run) == "a");
}

TEST_CASE("by default a run with a record or learners is kept from one without") {
  for (const std::string file : {"events.sqlite", "predictions.csv", "mlp.learner", "minimised.toml"}) {
    CAPTURE(file);
    const Place place;
    const Run rich{.name = "rich", .files = {"metrics.csv", file}};
    CHECK(place.by_default(rich) == "a");
    CHECK(place.by_default({.name = "plain", .files = {"metrics.csv"}}) == "a-2");
    CHECK(place.by_default({.name = "plainer"}) == "a-2");  // nothing is lost by that
    CHECK(place.by_default({.name = "richer", .files = {file, "more.csv"}}) == "a");
    CHECK(place.chosen({.name = "chosen"}) == "a");  // as requested
    CHECK(place.holds("a", "chosen"));
    CHECK(place.holds("a-2", "plainer"));
    CHECK(place.names() == Names{"a", "a-2"});
  }
}

TEST_CASE("an interrupted run takes the place of an interrupted one alone") {
  const Place place;
  const Run interrupted{.name = "half", .status = "interrupted", .files = {"events.sqlite"}};
  CHECK(place.by_default(interrupted) == "a");
  CHECK(place.by_default({.name = "whole", .files = {"events.sqlite"}}) == "a");
  CHECK(place.by_default(interrupted) == "a-2");
  CHECK(place.by_default(interrupted) == "a-2");
  CHECK(place.chosen(interrupted) == "a-3");  // no error: the run ended as requested
  CHECK(place.holds("a", "whole"));
  CHECK(place.chosen({.name = "stalled", .status = "stalled"}) == "a");
  CHECK(place.chosen(interrupted) == "a-4");
}

TEST_CASE(
    "nothing is left beside the run, and somebody else's lock on the folder is not waited for for ever") {
  const Place place;
  const int folder = ::open(place.folder.path().c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(folder, LOCK_EX) == 0);
  CHECK(place.by_default({.name = "x"}) == "a");
  ::close(folder);
  CHECK(place.names() == Names{"a"});
}
