// Captures of earlier formats: the first identified their scenario by its text and their data not at all, the
// second had fewer types of headers and fewer properties. And what those of today hold.
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
#include "support/random_values.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

std::string record(std::uint64_t& checksum, const std::string& body) {
  checksum = capture_checksum(checksum, body);
  std::string bytes;
  append_number(std::uint64_t{body.size()}, bytes);
  append_number(checksum, bytes);
  return bytes + body;
}

// A capture in the second format is one of today, whose messages have only the types and properties that
// there were.
std::string second_format(const std::string& today) {
  std::string bytes = today;
  bytes[kCaptureMagic.size()] = 2;
  return bytes;
}

// A capture in the first format: one message for the import "door", then the end.
std::string first_format(std::uint64_t scenario_hash) {
  std::string bytes(kCaptureMagic);
  append_number(std::uint32_t{1}, bytes);
  std::uint64_t checksum = 0;
  std::string header(1, '\1');
  append_text("a.toml", header);
  append_number(scenario_hash, header);
  append_number(std::uint64_t{3}, header);  // seed
  append_number(std::uint64_t{0}, header);  // ordering
  append_text(version(), header);
  append_number(std::uint64_t{1}, header);
  append_text("door", header);
  bytes += record(checksum, header);
  std::string message(1, '\2');
  append_number(std::uint32_t{0}, message);
  append_number(TimeNs{5}, message);
  append_message(*make_message({.payload = Payload::copy_of("p"), .id = "x"}), message);
  bytes += record(checksum, message);
  std::string end(1, '\3');
  append_number(TimeNs{9}, end);
  append_number(std::uint64_t{1}, end);
  return bytes + record(checksum, end);
}

Scenario scenario_of(std::uint64_t hash, std::uint64_t text_hash) {
  Scenario scenario;
  scenario.path = "a.toml";
  scenario.hash = hash;
  scenario.text_hash = text_hash;
  ImportOptions import;
  import.to = "a";
  scenario.components = {{.name = "door", .component = make_gateway_import(import)}};
  return scenario;
}

struct File {
  TemporaryFolder folder;
  std::string path = folder.file("capture");

  void put(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
};

}  // namespace

TEST_CASE("a capture of the first format is read") {
  const File file;
  file.put(first_format(12));
  const CaptureSurvey survey = survey_capture(file.path);
  CHECK(survey.header.format == 1);
  CHECK(survey.header.scenario_hash == 12);
  CHECK(survey.header.imports == std::vector<std::string>{"door"});
  CHECK(survey.header.data.empty());
  CHECK(survey.messages == 1);
  CHECK(survey.end_ns == TimeNs{9});
}

TEST_CASE("a capture of the second format is read") {
  const File file;
  CaptureWriter writer(file.path, capture_header(scenario_of(12, 99), {{"a.gz", 1}}, 3, 0));
  writer.add("door", 5, *make_message({.headers = {{"label", std::int64_t{7}}}}));
  writer.end(9);
  file.put(second_format(file.content()));
  CaptureReader reader(file.path);
  CHECK(reader.header().format == 2);
  CHECK(reader.header().data == DataDigests{{"a.gz", 1}});
  CHECK(*reader.next()->message->headers().find_integer("label") == 7);
}

TEST_CASE("values of every type, and all properties, come back from a capture") {
  const File file;
  std::vector<MessagePtr> messages;
  RandomStream random(1, "capture", "values");
  for (int i = 0; i < 200; ++i) {
    messages.push_back(make_message({.headers = random_table(random, {}),
                                     .more = i % 2 == 0 ? MoreProperties() : random_properties(random)}));
  }
  CaptureWriter writer(file.path, capture_header(scenario_of(12, 99), {}, 3, 0));
  for (const MessagePtr& message : messages) writer.add("door", 5, *message);
  writer.end(9);
  CaptureReader reader(file.path);
  for (const MessagePtr& message : messages) {
    const std::optional<CapturedMessage> again = reader.next();
    REQUIRE(again);
    CHECK(same_headers(again->message->headers(), message->headers()));
    CHECK(again->message->fields().more == message->fields().more);
  }
}

TEST_CASE("a capture of the first format fits its scenario by its text, one of today by what was read") {
  const File file;
  file.put(first_format(12));
  CHECK(open_capture(file.path, scenario_of(99, 12), std::nullopt).end_ns == 9);
  CHECK_THAT(input_error([&] { open_capture(file.path, scenario_of(12, 99), std::nullopt); }),
             ContainsSubstring("is of another scenario, or of another state of it"));

  const Scenario scenario = scenario_of(12, 99);
  CaptureWriter(file.path, capture_header(scenario, {}, 3, 0)).end(9);
  CHECK(open_capture(file.path, scenario_of(12, 98), std::nullopt).survey.header.format == 3);
  CHECK_THAT(input_error([&] { open_capture(file.path, scenario_of(99, 12), std::nullopt); }),
             ContainsSubstring("is of another scenario, or of another state of it"));
}

TEST_CASE("the digests of data are in the header, each name once, in order") {
  const File file;
  const DataDigests data = {{"b.gz", 2}, {"a.gz", 1}};
  CaptureWriter(file.path, capture_header(scenario_of(1, 1), data, 3, 0)).end(9);
  CHECK(survey_capture(file.path).header.data == data);

  for (const std::string& names : {std::string("ba"), std::string("aa")}) {
    std::string bytes(kCaptureMagic);
    append_number(std::uint32_t{2}, bytes);
    std::string header(1, '\1');
    append_text("a.toml", header);
    for (int i = 0; i < 3; ++i) append_number(std::uint64_t{0}, header);
    append_text(version(), header);
    append_number(std::uint64_t{0}, header);  // imports
    append_number(std::uint64_t{names.size()}, header);
    for (const char name : names) {
      append_text(std::string(1, name), header);
      append_number(std::uint64_t{7}, header);
    }
    std::uint64_t checksum = 0;
    file.put(bytes + record(checksum, header));
    CHECK_THAT(input_error([&] { survey_capture(file.path); }), ContainsSubstring("its header is not one"));
  }
}
