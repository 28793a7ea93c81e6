// The rules of the folders, read off the sources: includes go one way, each library has its folder,
// and nothing but the report of how long a run took, and what waits for something outside, knows
// what time it is.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"

namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;    // "src/broker/queue.h"
  std::string folder;  // "broker", or "sim"
  std::vector<std::string> lines;
};

std::vector<Source> sources() {
  const fs::path root = DSE_SOURCE_DIR;
  std::vector<Source> result;
  for (const char* top : {"include", "src", "sim"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const fs::path relative = entry.path().lexically_relative(root);
      Source source{.path = relative.string()};
      source.folder = top == std::string("sim") ? "sim" : std::next(relative.begin())->string();
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) source.lines.push_back(line);
      result.push_back(source);
    }
  }
  REQUIRE(result.size() > 50);
  return result;
}

// Each header that a source includes, as written: "core/time.h" or <zmq.hpp>.
std::vector<std::pair<std::string, bool>> includes(const Source& source) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<std::pair<std::string, bool>> result;
  for (const std::string& line : source.lines) {
    std::smatch found;
    if (std::regex_search(line, found, pattern)) result.emplace_back(found[2].str(), found[1].str() == "\"");
  }
  return result;
}

// The line without its // comment.
std::string code_of(const std::string& line) { return line.substr(0, line.find("//")); }

}  // namespace

TEST_CASE("includes go one way, along the arrows of the architecture") {
  const std::map<std::string, std::set<std::string>> may_include = {
      {"dse", {"dse"}},
      {"core", {"core", "dse"}},
      {"message", {"message", "core", "dse"}},
      {"access", {"access", "core", "dse"}},
      {"broker", {"broker", "message", "core", "dse"}},
      {"wire", {"wire", "message", "core", "dse"}},
      {"door", {"door", "access", "bus", "broker", "wire", "message", "core", "dse"}},
      {"listener", {"listener", "door", "access", "wire", "message", "core", "dse"}},
      {"bus", {"bus", "broker", "message", "core", "dse"}},
      {"sdk", {"sdk", "message", "core", "dse"}},
      {"process", {"process", "core", "dse"}},
      {"protocol", {"protocol", "process", "message", "core", "dse"}},
      {"dataset", {"dataset", "core", "dse"}},
      {"synthetic", {"synthetic", "core", "dse"}},
      {"learn", {"learn", "core", "dse"}},
      {"drift", {"drift", "core", "dse"}},
      {"concept_drift", {"concept_drift", "dataset", "core", "dse"}},
      {"measure", {"measure", "core", "dse"}},
      {"component", {"component", "protocol", "core", "dse"}},
      {"kinds",
       {"kinds", "component", "protocol", "sdk", "dataset", "learn", "measure", "drift", "concept_drift",
        "synthetic", "message", "core", "dse"}},
      {"amqp", {"amqp", "sdk", "message", "core", "dse"}},
      {"sim", {"sim",     "kinds",  "component", "protocol", "bus",           "broker",  "sdk",
               "dataset", "learn",  "measure",   "drift",    "concept_drift", "message", "core",
               "amqp",    "access", "door",      "listener", "wire",          "dse"}},
  };
  for (const Source& source : sources()) {
    CAPTURE(source.path);
    REQUIRE(may_include.contains(source.folder));
    for (const auto& [header, quoted] : includes(source)) {
      CAPTURE(header);
      const std::string folder = header.substr(0, header.find('/'));
      if (quoted) {
        CHECK(may_include.at(source.folder).contains(folder));
      } else {
        CHECK_FALSE((header.ends_with(".h") && may_include.contains(folder)));  // our own in <>
      }
    }
  }
}

TEST_CASE("within the simulator, too") {
  const std::map<std::string, std::set<std::string>> may_include = {
      {"scenario", {"scenario"}},
      {"record", {"record"}},
      {"world", {"world", "scenario", "record"}},
      {"capture", {"capture", "scenario"}},
      {"results", {"results", "world", "scenario", "record", "capture"}},
      {"trace", {"trace", "results", "scenario", "record"}},
      {"regression", {"regression", "results", "world", "scenario", "record", "capture"}},
      {"conform", {"conform"}},
      {"definitions", {"definitions", "scenario"}},
      {"users", {"users", "scenario"}},
      {"explain", {"explain", "scenario"}},
      {"simulation", {"simulation", "world", "scenario", "record"}},
      {"report", {"report", "results", "world", "scenario"}},
      {"live", {"live", "report", "results", "world", "scenario"}},
      {"attach", {"attach", "live", "world", "scenario", "capture", "users"}},
      {"node", {"node", "results", "world", "scenario"}},
      {"command",
       {"command", "regression", "results", "world", "scenario", "record", "capture", "conform",
        "definitions", "users", "report", "live", "attach", "node", "simulation", "trace", "explain"}},
  };
  for (const Source& source : sources()) {
    if (source.folder != "sim" || source.path == "sim/main.cc") continue;
    CAPTURE(source.path);
    const std::string folder = std::next(fs::path(source.path).begin())->string();
    REQUIRE(may_include.contains(folder));
    for (const auto& [header, quoted] : includes(source)) {
      if (!quoted || !header.starts_with("sim/")) continue;
      CAPTURE(header);
      CHECK(may_include.at(folder).contains(std::next(fs::path(header).begin())->string()));
    }
  }
}

TEST_CASE("each library is used in its folder alone") {
  const std::vector<std::pair<std::string, std::set<std::string>>> owners = {
      {"zmq", {"bus"}},
      {"Eigen/", {"learn"}},
      {"zlib", {"dataset"}},
      {"toml++/", {"sim"}},
      {"CLI/", {"sim"}},
      {"nlohmann/", {"sim", "protocol", "dataset"}},
      {"Random123/", {"core"}},
      {"xxhash", {"core"}},
      {"utf8", {"core"}},
      {"rabbitmq", {"amqp"}},
      {"amqp.h", {"amqp"}},
      {"openssl/", {"access", "amqp", "listener", "protocol", "sim"}},  // hashes, TLS, base64, a page's token
      {"pcre2", {"access"}},
      {"asio", {"listener"}},
      {"png.h", {"dataset", "sim"}},
      {"httplib", {"sim"}},
      {"fast_float/", {"dataset"}},
      {"protozero/", {"sim"}},
  };
  std::set<std::string> used;
  for (const Source& source : sources()) {
    CAPTURE(source.path);
    for (const auto& [header, quoted] : includes(source)) {
      for (const auto& [library, folders] : owners) {
        if (quoted || !header.starts_with(library)) continue;
        CAPTURE(header);
        CHECK(folders.contains(source.folder));
        used.insert(library);
      }
    }
  }
  CHECK(used.size() >= 10);  // else this test looks for the wrong names
}

// What a library's header costs to compile, every file would pay that includes ours.
TEST_CASE("headers of ours include none of a library") {
  // These are for the files of their folder that use the library itself.
  const std::map<std::string, std::string> wrappers = {
      {"src/amqp/login.h", "amqp.h"},           {"src/amqp/properties.h", "amqp.h"},
      {"src/learn/eigen.h", "Eigen/"},          {"src/listener/asio.h", "asio/"},
      {"src/protocol/json.h", "nlohmann/"},     {"sim/command/json_document.h", "nlohmann/"},
      {"sim/report/report_json.h", "nlohmann/"}};
  const std::vector<std::string> libraries = {
      "zmq",  "Eigen/",  "zlib",     "toml++/", "CLI/", "nlohmann/",   "Random123/", "xxhash",  "rabbitmq",
      "amqp", "sqlite3", "openssl/", "catch2/", "utf8", "fast_float/", "png.h",      "httplib", "asio"};
  std::set<std::string> seen;
  for (const Source& source : sources()) {
    if (!source.path.ends_with(".h")) continue;
    CAPTURE(source.path);
    const auto wrapper = wrappers.find(source.path);
    for (const auto& [header, quoted] : includes(source)) {
      for (const std::string& library : libraries) {
        // The library's names alone cost nothing.
        if (quoted || !header.starts_with(library) || header.ends_with("_fwd.hpp")) continue;
        CAPTURE(header);
        CHECK((wrapper != wrappers.end() && header.starts_with(wrapper->second)));
        seen.insert(source.path);
      }
    }
  }
  CHECK(seen.size() == wrappers.size());  // else this test looks for the wrong names
}

TEST_CASE("one file alone knows SQLite, one cpp-httplib; one reads with libpng, one writes") {
  std::map<std::string, std::set<std::string>> users;
  for (const Source& source : sources()) {
    for (const auto& [header, quoted] : includes(source)) {
      for (const char* known : {"sqlite3.h", "png.h", "httplib.h"}) {
        if (header == known) users[known].insert(source.path);
      }
    }
  }
  CHECK(users["sqlite3.h"] == std::set<std::string>{"sim/record/database.cc"});
  CHECK(users["png.h"] == std::set<std::string>{"sim/report/png_image.cc", "src/dataset/png_picture.cc"});
  CHECK(users["httplib.h"] == std::set<std::string>{"sim/live/live_server.cc"});
}

TEST_CASE("nothing is drawn from where it would not be the same again, and nothing reads a clock") {
  const std::regex forbidden(
      R"(random_device|mt19937|std::[a-z_]+_distribution\b|std::shuffle|\bs?rand\(|system_clock|steady_clock|)"
      R"(high_resolution_clock|gettimeofday|clock_gettime|\btime\((NULL|nullptr|0)\)|sleep_for|sleep_until)");
  // Apart from what runs with a real broker, only the report of how long a run took reads a clock, the line
  // that shows how far it is, and what waits for another program.
  const std::set<std::string> timed = {"sim/command/driven_run.h", "sim/command/driven_run.cc",
                                       "sim/command/replay_command.cc", "sim/command/verify_command.cc",
                                       "sim/command/live_line.cc"};
  const std::set<std::string> beside_a_broker = {"sim/attach/attachment.h",
                                                 "sim/attach/attachment.cc",
                                                 "sim/node/node.h",
                                                 "sim/node/node.cc",
                                                 "sim/node/nodes.h",
                                                 "sim/node/nodes.cc",
                                                 "sim/conform/broker_run.h",
                                                 "sim/conform/broker_run.cc",
                                                 "sim/conform/comparison.cc",
                                                 "sim/command/attach_command.cc",
                                                 "sim/command/node_command.cc",
                                                 "sim/command/nodes_command.cc"};
  // A run that people watch goes on beside the real clock, which decides when an event happens, never what.
  const std::set<std::string> while_watched = {"sim/live/virtual_pace.h", "sim/live/virtual_pace.cc",
                                               "sim/live/live_run.h", "sim/live/live_run.cc"};
  // Programs in other languages have a real time to reply in. It decides whether the run goes on,
  // never how.
  const std::set<std::string> with_programs = {
      "src/process/line_channel.h",   "src/process/line_channel.cc",  "src/process/child_process.h",
      "src/process/child_process.cc", "src/protocol/program_host.cc", "src/protocol/interrupt_moment.cc"};
  // Heartbeats, and what clients have a bounded time for. A session is told the time.
  const std::set<std::string> with_clients = {"src/listener/listener_thread.h",
                                              "src/listener/client_connection.cc"};
  bool found_timing = false;
  for (const Source& source : sources()) {
    CAPTURE(source.path);
    for (const std::string& line : source.lines) {
      if (source.folder == "amqp" || beside_a_broker.contains(source.path)) continue;
      if (with_clients.contains(source.path)) continue;
      if (with_programs.contains(source.path) || while_watched.contains(source.path)) continue;
      if (!std::regex_search(code_of(line), forbidden)) continue;
      CAPTURE(line);
      if (timed.contains(source.path)) {
        found_timing = true;
        continue;
      }
      CHECK(line.empty());
    }
  }
  CHECK(found_timing);
}

TEST_CASE("every header is included once and opens with what it is") {
  for (const Source& source : sources()) {
    if (!source.path.ends_with(".h")) continue;
    CAPTURE(source.path);
    REQUIRE_FALSE(source.lines.empty());
    CHECK(source.lines[0].starts_with("// "));
    CHECK(std::find(source.lines.begin(), source.lines.end(), "#pragma once") != source.lines.end());
  }
}

// Two types of one name in one namespace are one to the linker, which then keeps the members of either.
TEST_CASE("a type that a header defines has its name to itself") {
  static const std::regex definition(
      R"(^(?:class|struct|enum class|union) (\w+)(?: final)?(?: :[^;]*| \{.*)$)");
  std::map<std::string, std::string> defined_in;
  for (const Source& source : sources()) {
    if (!source.path.ends_with(".h")) continue;
    for (const std::string& line : source.lines) {
      std::smatch found;
      if (!std::regex_match(line, found, definition)) continue;
      const auto [other, is_new] = defined_in.emplace(found[1].str(), source.path);
      INFO(found[1].str() << " is defined in " << other->second << " and in " << source.path);
      CHECK(is_new);
    }
  }
  CHECK(defined_in.size() > 300);
}
