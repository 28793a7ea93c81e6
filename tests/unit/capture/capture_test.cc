// Captures: what is written is read back, one that was cut off is whole up to the cut, and other files are
// refused.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/byte_form.h"
#include "core/version.h"
#include "kinds/gateway_import.h"
#include "message/message_bytes.h"
#include "sim/capture/capture_reader.h"
#include "sim/capture/capture_writer.h"
#include "sim/regression/captured_run.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const CaptureHeader kHeader{.scenario = "a.toml",
                            .scenario_hash = 12,
                            .seed = 3,
                            .ordering = 4,
                            .version = version(),
                            .imports = {"import-a", "door"},
                            .data = {{"images.gz", 17}, {"labels.gz", 18}}};

MessagePtr message(const std::string& id) {
  return make_message(
      {.payload = Payload::copy_of("p-" + id), .headers = {{"n", std::int64_t{1}}}, .id = id});
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Files {
  TemporaryFolder folder;
  std::string path = folder.file("capture");

  // Three messages, with an end or without one.
  std::string write(bool ended) const {
    CaptureWriter writer(path, kHeader);
    writer.add("door", 5, *message("x"));
    writer.add("import-a", 5, *message("y"));
    writer.add("door", 9, *message("z"));
    if (ended) writer.end(20);
    return path;
  }
  void put(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  std::string refusal() const {
    std::string error = input_error([&] { survey_capture(path); });
    const std::size_t at = error.find(folder.path().string());
    if (at != std::string::npos) error.erase(at, folder.path().string().size() + 1);
    return error;
  }
  // Replaces what follows the first `keep` bytes with one record that has a valid checksum.
  void put_record(const std::string& bytes, std::uint64_t before, const std::string& body) const {
    std::string record = bytes;
    append_number(std::uint64_t{body.size()}, record);
    append_number(capture_checksum(before, body), record);
    put(record + body);
  }
};

}  // namespace

TEST_CASE("what is captured is read again") {
  const Files files;
  CaptureReader reader(files.write(true));
  CHECK(reader.header() == kHeader);
  std::vector<std::string> got;
  while (const auto next = reader.next()) {
    got.push_back(next->message->id() + " " + kHeader.imports[next->import] + " " +
                  std::to_string(next->time_ns));
    CHECK(next->message->headers() == Headers{{"n", std::int64_t{1}}});
    CHECK(next->message->payload().size() == 3);
  }
  CHECK(got == std::vector<std::string>{"x door 5", "y import-a 5", "z door 9"});
  CHECK(reader.end_ns() == TimeNs{20});
  CHECK(reader.cut().empty());
  CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("a survey says what there is") {
  const Files files;
  const CaptureSurvey survey = survey_capture(files.write(true));
  CHECK(survey.messages == 3);
  CHECK(survey.messages_by_import == std::vector<std::uint64_t>{1, 2});
  CHECK(survey.first_ns == 5);
  CHECK(survey.last_ns == 9);
  CHECK(survey.end_ns == TimeNs{20});
  const std::uint64_t checksum = survey.checksum;
  files.write(false);
  CHECK(survey_capture(files.path).checksum != checksum);
}

TEST_CASE("a capture that was cut off anywhere is whole up to there") {
  const Files files;
  const std::string whole = bytes_of(files.write(true));
  std::vector<std::uint64_t> ends;  // where each message ends
  {
    CaptureWriter writer(files.path, kHeader);
    ends.push_back(std::filesystem::file_size(files.path));
    for (const auto& [name, time_ns] :
         {std::pair("door", 5), std::pair("import-a", 5), std::pair("door", 9)}) {
      writer.add(name, time_ns, *message(std::string(1, static_cast<char>('x' + ends.size() - 1))));
      writer.flush();
      ends.push_back(std::filesystem::file_size(files.path));
    }
  }
  CHECK(bytes_of(files.path) == whole.substr(0, ends.back()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    files.put(whole.substr(0, size));
    if (size < ends[0]) {
      CHECK_THAT(files.refusal(),
                 ContainsSubstring(size < 16 ? "is not a capture" : "was cut off at byte 16"));
      continue;
    }
    const CaptureSurvey survey = survey_capture(files.path);
    const auto whole_messages =
        std::count_if(ends.begin(), ends.end(), [size](std::uint64_t end) { return end <= size; }) - 1;
    CHECK(survey.messages == static_cast<std::uint64_t>(whole_messages));
    CHECK_FALSE(survey.end_ns.has_value());
    CHECK_THAT(survey.cut, Catch::StartsWith("at byte " +
                                             std::to_string(ends[static_cast<std::size_t>(whole_messages)])));
  }
}

TEST_CASE("no changed byte goes unseen") {
  const Files files;
  const std::string whole = bytes_of(files.write(true));
  const std::uint64_t checksum = survey_capture(files.path).checksum;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    files.put(changed);
    if (!files.refusal().empty()) continue;
    const CaptureSurvey survey = survey_capture(files.path);
    CHECK_FALSE(survey.end_ns.has_value());
    CHECK(survey.checksum != checksum);
  }
}

TEST_CASE("what is no capture is refused, and what to name instead is said") {
  const Files files;
  CHECK_THAT(files.refusal(), ContainsSubstring("capture: cannot be opened: No such file or directory"));
  files.put("");
  CHECK_THAT(files.refusal(),
             ContainsSubstring("is not a capture: name the file 'capture' of the run directory"));
  files.put("seed = 1\n");
  CHECK_THAT(files.refusal(), ContainsSubstring("is not a capture"));
  files.put(std::string(kCaptureMagic) + std::string("\5\0\0\0", 4));
  CHECK_THAT(files.refusal(),
             ContainsSubstring("is a capture of format 5, this program reads formats 1 to 4"));
  CHECK_THAT(input_error([&] { survey_capture(files.folder.path().string()); }),
             ContainsSubstring("is not a file"));
  CHECK_THAT(input_error([] { survey_capture("/dev/zero"); }), ContainsSubstring("is not a file"));
}

TEST_CASE("records that no writer leaves are refused, though their checksums are right") {
  const Files files;
  const std::string whole = bytes_of(files.write(true));
  const std::uint64_t last = survey_capture(files.path).checksum;
  files.put_record(whole, last, "\2");
  CHECK_THAT(files.refusal(), ContainsSubstring("it goes on after its end"));

  const std::string cut = bytes_of(files.write(false));
  const std::uint64_t before = survey_capture(files.path).checksum;
  const auto body = [](CaptureRecord kind, std::uint32_t import, TimeNs time_ns, bool with_message) {
    std::string bytes(1, static_cast<char>(kind));
    append_number(import, bytes);
    append_number(time_ns, bytes);
    if (with_message) append_message(*message("w"), bytes);
    return bytes;
  };
  const auto refused = [&](const std::string& record, const std::string& expected) {
    files.put_record(cut, before, record);
    CHECK_THAT(files.refusal(), ContainsSubstring("is damaged at byte " + std::to_string(cut.size())));
    CHECK_THAT(files.refusal(), ContainsSubstring(expected));
  };
  files.put_record(cut, before, body(CaptureRecord::kMessage, 1, 9, true));
  CHECK(survey_capture(files.path).messages == 4);
  refused(body(CaptureRecord::kMessage, 1, 8, true), "a message before its time");
  refused(body(CaptureRecord::kMessage, 2, 9, true), "a message of an import without a name");
  refused(body(CaptureRecord::kMessage, 1, 9, false), "a message that is not whole");
  refused(body(static_cast<CaptureRecord>(9), 1, 9, true), "neither a message nor the end");
  refused("", "neither a message nor the end");
  refused("\3", "its end does not fit its messages");
  std::string end = "\3";
  append_number(TimeNs{8}, end);
  append_number(std::uint64_t{3}, end);
  refused(end, "its end does not fit its messages");
}

TEST_CASE("a capture is repeated with its own scenario and version, as far as it goes") {
  const Files files;
  Scenario scenario;
  scenario.path = "b.toml";
  scenario.hash = 12;
  ImportOptions import;
  import.to = "a";
  scenario.components = {{.name = "import-a", .component = make_gateway_import(import)},
                         {.name = "door", .component = make_gateway_import(import)}};
  const auto told = [&](std::optional<TimeNs> until_ns) {
    return input_error([&] { open_capture(files.path, scenario, until_ns); });
  };
  files.write(true);
  CHECK(open_capture(files.path, scenario, std::nullopt).end_ns == 20);
  CHECK(open_capture(files.path, scenario, 7).end_ns == 7);
  CHECK_THAT(told(21),
             ContainsSubstring("goes no further than 20ns: choose at most that for --until, not 21ns"));
  files.write(false);
  CHECK_THAT(told(std::nullopt), ContainsSubstring("3 messages are whole, the last at 9ns"));
  CHECK_THAT(told(std::nullopt), ContainsSubstring("replay that much of it with --until 9ns"));
  CHECK(open_capture(files.path, scenario, 9).end_ns == 9);
  CHECK_THAT(told(10), ContainsSubstring("goes no further than 9ns"));
  { const CaptureWriter empty(files.path, kHeader); }
  CHECK_THAT(told(std::nullopt), ContainsSubstring("before its first message was whole"));

  files.write(true);
  scenario.hash = 13;
  CHECK_THAT(
      told(std::nullopt),
      ContainsSubstring("is of another scenario, or of another state of it: a.toml (000000000000000c), "
                        "not b.toml (000000000000000d)"));
  CaptureHeader other = kHeader;
  other.version = "0.0.9";
  { const CaptureWriter writer(files.path, other); }
  CHECK_THAT(told(std::nullopt), ContainsSubstring("was written by version 0.0.9 of dse, this is version"));
}

TEST_CASE("a place where nothing can be written is a run error that names it") {
  CHECK_THROWS_WITH(
      CaptureWriter("/nowhere/capture", kHeader),
      ContainsSubstring("cannot write the capture '/nowhere/capture': No such file or directory"));
  CaptureWriter full("/dev/null", kHeader);
  CHECK_THROWS_WITH(CaptureWriter("/dev/full", kHeader), ContainsSubstring("No space left on device"));
}
