// Lines of JSON that become captures, and what is said of those that cannot.
#include "sim/capture/capture_lines.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "core/version.h"
#include "kinds/gateway_import.h"
#include "sim/capture/capture_writer.h"
#include "sim/regression/captured_run.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;
using Catch::Matchers::StartsWith;

namespace {

struct Lines {
  TemporaryFolder folder;
  std::string path = folder.file("messages.jsonl");
  std::string capture = folder.file("capture");

  explicit Lines(const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  MadeCapture make(const std::optional<std::string>& import = std::nullopt) const {
    return make_capture(path, import, capture);
  }
  // Without the path. When there is one, nothing is written.
  std::string error() const {
    std::string text = input_error([&] { make(); });
    CHECK(std::filesystem::exists(capture) == text.empty());
    const std::string prefix = path;
    return text.starts_with(prefix) ? text.substr(prefix.size() + 1) : text;
  }
  std::vector<std::string> said() const {
    CaptureReader reader(capture);
    std::vector<std::string> said;
    say_capture(reader, {}, [&said](std::string_view line) { said.emplace_back(line); });
    return said;
  }
};

std::string error_of(const std::string& bytes) { return Lines(bytes).error(); }

// A first line as a capture's, of a run with the import "door".
std::string first_line(const std::string& more = R"("seed":"3")") {
  return R"({"capture":{"format":3,"scenario":"a.toml","scenario_hash":"000000000000000c",)" + more +
         R"(,"ordering":"0","version":"1","imports":["door"],"data":[["x.gz","0000000000000011"]]}})" + "\n";
}

Scenario scenario_with_imports(std::vector<std::string> names) {
  Scenario scenario;
  scenario.path = "live.toml";
  for (std::string& name : names) {
    ComponentConfig component;
    component.name = std::move(name);
    component.component = make_gateway_import({.queue = "q", .to = "r"});
    scenario.components.push_back(component);
  }
  return scenario;
}

}  // namespace

TEST_CASE("lines make a capture of no run, of the imports in their order") {
  const Lines lines(
      "{\"time\":\"1ms\",\"import\":\"b\",\"id\":\"x\",\"text\":\"p\"}\n\n"
      "{\"time\":1000000,\"import\":\"a\"}\r\n{\"time\":2000000,\"import\":\"b\",\"key\":\"k\"}");
  const MadeCapture made = lines.make();
  CHECK(made.messages == 3);
  CHECK(made.is_whole);
  const CaptureSurvey survey = survey_capture(lines.capture);
  CHECK(survey.header == CaptureHeader{.version = version(), .imports = {"b", "a"}});
  CHECK(survey.header.of_no_run());
  CHECK(survey.messages_by_import == std::vector<std::uint64_t>{2, 1});
  CHECK(survey.first_ns == 1'000'000);
  CHECK(survey.end_ns == 2'000'000);
  CHECK(lines.said()[1] == R"({"time":1000000,"import":"b","id":"x","text":"p"})");
}

TEST_CASE("a name can be given to lines that name no import") {
  const Lines lines("{\"time\":1}\n{\"time\":2,\"import\":\"a\"}\n");
  CHECK(
      lines.error() ==
      "1: has no `import` to which the message comes: name one, or name it for all such lines with --import");
  lines.make("door");
  CHECK(survey_capture(lines.capture).header.imports == std::vector<std::string>{"door", "a"});
}

TEST_CASE("the first line says of which run the capture is, the last one when it ended") {
  const Lines lines(first_line() + "{\"time\":5,\"import\":\"door\"}\n{\"end\":\"1us\"}\n");
  CHECK(lines.make().is_whole);
  const CaptureSurvey survey = survey_capture(lines.capture);
  CHECK(survey.header == CaptureHeader{.scenario = "a.toml",
                                       .scenario_hash = 12,
                                       .seed = 3,
                                       .version = "1",
                                       .imports = {"door"},
                                       .data = {{"x.gz", 17}}});
  CHECK(survey.end_ns == 1000);
  const std::vector<std::string> said = lines.said();
  CHECK(said[0] + "\n" == R"({"capture":{"format":3,"scenario":"a.toml","scenario_hash":"000000000000000c",)"
                          R"("seed":"3","ordering":"0","version":"1","imports":["door"],)"
                          R"("data":[["x.gz","0000000000000011"]]}})"
                          "\n");
  CHECK(said[2] == R"({"end":1000})");
  const Lines cut(first_line() + "{\"time\":5,\"import\":\"door\"}\n");
  CHECK_FALSE(cut.make().is_whole);
  CHECK_FALSE(survey_capture(cut.capture).end_ns);
  CHECK(Lines(first_line()).make().messages == 0);
}

TEST_CASE("some messages of a capture can be said without its end") {
  const Lines lines(first_line() +
                    "{\"time\":5,\"import\":\"door\"}\n{\"time\":6,\"import\":\"door\"}\n{\"end\":9}");
  lines.make();
  const auto count = [&](std::uint64_t most) {
    CaptureReader reader(lines.capture);
    std::size_t said = 0;
    say_capture(reader, most, [&said](std::string_view) { ++said; });
    return said;
  };
  CHECK(count(0) == 1);
  CHECK(count(2) == 3);
  CHECK(count(3) == 4);
}

TEST_CASE("each line that is no message is refused with its place, and nothing is written") {
  const std::string good = "{\"time\":5,\"import\":\"door\"}\n";
  const auto second = [&](const std::string& line) { return error_of(good + line + "\n"); };
  CHECK(second("{\"time\":6,\"import\":\"door\"}").empty());
  CHECK(second("{\"time\":4,\"import\":\"door\"}") ==
        "2: the time of a message is 4ns, before that of an earlier line, 5ns: sort the lines by time");
  CHECK(second("{\"time\":6,\"import\":\"door\",\"keey\":\"a\"}") ==
        "2: has the member \"keey\", which no message has; did you mean 'key'?");
  CHECK(second("{\"time\":6,\"import\":\"door\",\"text\":\"a\",\"base64\":\"\"}") ==
        "2: has two payloads, `text` and `base64`: leave out one of them");
  CHECK_THAT(second("{\"time\":6,\"import\":\"door\",\"base64\":\"a\"}"),
             StartsWith("2: base64 is \"a\": expected base64, with padding"));
  CHECK_THAT(second("{\"time\":6,\"import\":\"door\",\"headers\":{\"n\":{\"long\":1}}}"),
             StartsWith("2: the header \"n\" has the tag \"long\": expected one of int8, "));
  CHECK_THAT(second("{\"time\":99999999999999999999,\"import\":\"door\"}"),
             StartsWith("2: has the integer \"99999999999999999999\", which needs more than 64 bits"));
  CHECK_THAT(second("{\"import\":\"door\"}"), StartsWith("2: has no `time` at which the message comes in"));
  CHECK_THAT(second("{\"time\":9223372036854775807,\"import\":\"door\"}"),
             StartsWith("2: the time of a message is beyond the end of virtual time"));
  CHECK_THAT(second("{\"time\":6,"), StartsWith("2:11: has no end of its object"));
  CHECK_THAT(second("1970,key"), StartsWith("2: is no object of JSON"));
  CHECK_THAT(second("{\"key\":\"\xff\"}"), StartsWith("2:9: a byte that is not UTF-8"));
  CHECK_THAT(second(std::string("{\"key\":\"\0\"}", 11)),
             StartsWith("2:9: a zero byte, which no text holds"));
  CHECK(second(first_line().substr(0, first_line().size() - 1)) ==
        "2: says from which run the messages are: only the first line does");
  CHECK_THAT(second("{\"end\":9}"), StartsWith("2: says when a run ended, and no first line says which run"));
  CHECK_THAT(error_of("{\"time\":0,\"import\":\"door\"}"),
             StartsWith("1: the time of a message is 0, when the run"));
  CHECK(error_of("") == " is empty: bring it again");
  CHECK(error_of("\n\n") == " holds no message: expected one on each line");
  CHECK_THAT(error_of("dse capture\n\3"),
             StartsWith(" is not a JSONL file: it is a capture; write its messages"));
  CHECK(error_of("\xef\xbb\xbf" + good + "\r\n").empty());
}

TEST_CASE("a first line that is none of a capture is refused") {
  const auto error = [](const std::string& line) {
    return error_of(line + "{\"time\":5,\"import\":\"door\"}\n");
  };
  CHECK_THAT(error("{\"capture\":5}\n"), StartsWith("1: the capture is 5: expected an object"));
  CHECK_THAT(error("{\"capture\":{}}\n"), StartsWith("1: the capture lacks the member \"format\""));
  CHECK_THAT(error("{\"capture\":{\"format\":5}}\n"), StartsWith("1: the format is 5: expected 1 to 4"));
  CHECK_THAT(error("{\"capture\":{},\"key\":1}\n"), StartsWith("1: the first line has the member \"key\""));
  for (const std::string seed : {"3", "\"-3\"", "\"x\"", "\"18446744073709551616\"", "null"}) {
    CHECK_THAT(error(first_line("\"seed\":" + seed)), StartsWith("1: seed is "));
    CHECK_THAT(error(first_line("\"seed\":" + seed)), ContainsSubstring("a number of 64 bits as text"));
  }
  CHECK_THAT(error_of(first_line() + "{\"time\":5,\"import\":\"dor\"}\n"),
             StartsWith("2: the import \"dor\" is none of the run's; did you mean 'door'?"));
  CHECK_THAT(error_of(first_line() + "{\"time\":5,\"import\":\"door\"}\n{\"end\":4}\n"),
             StartsWith("3: the end is 4ns, before that of an earlier line, 5ns"));
  CHECK_THAT(error_of(first_line() + "{\"end\":9}\n{\"time\":10,\"import\":\"door\"}\n"),
             StartsWith("3: follows the line that says when the run ended"));
  CHECK_THAT(error_of(first_line() + "{\"end\":9223372036854775807}\n"),
             StartsWith("2: the end is beyond the end of virtual time"));
}

TEST_CASE("a capture of no run fits each scenario that has its imports") {
  const Lines lines("{\"time\":5,\"import\":\"door\"}\n{\"time\":9,\"import\":\"gate\"}\n");
  lines.make();
  const auto error = [&](std::vector<std::string> imports) {
    const Scenario scenario = scenario_with_imports(std::move(imports));
    std::string text = input_error([&] { open_capture(lines.capture, scenario, std::nullopt); });
    return text.empty() ? "" : text.substr(lines.capture.size() + 2);
  };
  CHECK(error({"gate", "other", "door"}).empty());
  CHECK(error({"door", "gates"}) ==
        "has a message for the import 'gate', which is not in the scenario live.toml; did you mean 'gates'?");
  CHECK(
      error({}) ==
      "has a message for the import 'door', which is not in the scenario live.toml, which has none: add one "
      "with [[gateway.import]]");
  const Scenario scenario = scenario_with_imports({"door", "gate"});
  CHECK_FALSE(open_capture(lines.capture, scenario, std::nullopt).end_ns);
  CHECK_FALSE(open_capture(lines.capture, scenario, 1'000'000).end_ns);
}
