#include "sim/capture/capture_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/names.h"
#include "core/printable.h"
#include "core/version.h"
#include "dse/error.h"
#include "dse/hash.h"
#include "kinds/message_file.h"
#include "protocol/program_values.h"
#include "sim/capture/capture_writer.h"
#include "sim/capture/client_bytes.h"
#include "sim/capture/client_text.h"

namespace dse {
namespace {

// Numbers of 64 bits are 16 hexadecimal digits, as in `dse capture info` and in summary.json; a seed and an
// ordering are numbers as the command line takes them.
std::string said_header(const CaptureHeader& header) {
  std::string line = fmt::format("{{\"capture\":{{\"format\":{},\"scenario\":", header.format);
  append_json_text(header.scenario, line);
  line += fmt::format(",\"scenario_hash\":\"{}\",\"seed\":\"{}\",\"ordering\":\"{}\",\"version\":",
                      hex64(header.scenario_hash), header.seed, header.ordering);
  append_json_text(header.version, line);
  line += ",\"imports\":[";
  for (const std::string& import : header.imports) {
    if (!line.ends_with('[')) line += ',';
    append_json_text(import, line);
  }
  line += "],\"data\":[";
  for (const auto& [name, digest] : header.data) {
    if (!line.ends_with('[')) line += ',';
    line += '[';
    append_json_text(name, line);
    line += fmt::format(",\"{}\"]", hex64(digest));
  }
  return line + "]}}";
}

// The members of the first line's object.
class HeaderReader {
 public:
  explicit HeaderReader(const Json& json) : json_(json) {
    require_members(json,
                    {"format", "scenario", "scenario_hash", "seed", "ordering", "version", "imports", "data"},
                    "the capture");
  }

  CaptureHeader header() const {
    CaptureHeader header{.format = format(),
                         .scenario = read_text(member("scenario"), "the scenario"),
                         .scenario_hash = number("scenario_hash", 16),
                         .seed = number("seed", 10),
                         .ordering = number("ordering", 10),
                         .version = read_text(member("version"), "the version")};
    for (const Json& import : list("imports"))
      header.imports.push_back(read_text(import, "the name of an import"));
    for (const Json& pair : list("data")) {
      if (!pair.is_array() || pair.size() != 2)
        throw ProtocolError(
            fmt::format("data has {}: expected a list of a file and its digest", shown(pair)));
      header.data[read_text(pair[0], "the name of a file")] = number_of(pair[1], "a digest", 16);
    }
    return header;
  }

 private:
  const Json& member(const char* name) const {
    const auto found = json_.find(name);
    if (found == json_.end()) throw ProtocolError(fmt::format("the capture lacks the member \"{}\"", name));
    return *found;
  }
  const Json& list(const char* name) const {
    const Json& json = member(name);
    if (!json.is_array()) throw ProtocolError(fmt::format("{} is {}: expected a list", name, shown(json)));
    return json;
  }
  std::uint32_t format() const {
    const Json& json = member("format");
    if (json.is_number_unsigned() && json >= kFirstCaptureFormat && json <= kClientsFormat)
      return json.get<std::uint32_t>();
    throw ProtocolError(
        fmt::format("the format is {}: expected {} to {}", shown(json), kFirstCaptureFormat, kClientsFormat));
  }
  std::uint64_t number(const char* name, int base) const { return number_of(member(name), name, base); }
  static std::uint64_t number_of(const Json& json, std::string_view what, int base) {
    const auto* text = json.get_ptr<const std::string*>();
    std::uint64_t value = 0;
    if (text != nullptr) {
      const char* end = text->data() + text->size();
      const auto [rest, error] = std::from_chars(text->data(), end, value, base);
      if (error == std::errc() && rest == end) return value;
    }
    throw ProtocolError(fmt::format("{} is {}: expected a number of 64 bits as text, {}", what, shown(json),
                                    base == 16 ? "in hexadecimal digits" : "in decimal digits"));
  }

  const Json& json_;
};

// The lines that are to become a capture.
class CaptureMaker {
 public:
  CaptureMaker(const std::string& path, const std::optional<std::string>& import)
      : path_(path), import_(import) {}

  // Reads the whole file, so that nothing is written when a line is wrong.
  void survey() {
    MessageFile file(path_, true);
    CaptureHeader header{.scenario = "", .version = version()};
    std::optional<MessageLine> message = file.next();
    says_run_ = !file.capture().is_null();
    if (says_run_) header = header_of(file);
    for (; message; message = file.next()) {
      check(file, *message);
      if (message->client) {
        take_command(file, *message->client, header);
      } else {
        take_import(file, import_of(file, *message), header);
      }
      last_ns_ = *message->time_ns;
      ++made_.messages;
    }
    if (!says_run_ && made_.messages == 0)
      throw InputError({.file = path_}, "holds no message: expected one on each line");
    end_ns_ = says_run_ ? file.end_ns() : std::optional(last_ns_);
    if (end_ns_ == INT64_MAX) file.refuse("the end is beyond the end of virtual time");
    made_.is_whole = end_ns_.has_value();
    digest_ = file.digest();
    header_ = std::move(header);
  }

  MadeCapture write(const std::string& capture) const {
    CaptureWriter writer(capture, header_);
    MessageFile file(path_, true);
    while (std::optional<MessageLine> message = file.next()) {
      check(file, *message);
      if (message->client) {
        if (header_.format < kClientsFormat) refuse_changed();
        writer.add(command_of(file, *message->client), *message->time_ns);
        continue;
      }
      const std::string import = import_of(file, *message);
      if (!has_import(import)) refuse_changed();
      writer.add(import, *message->time_ns, *make_message(std::move(message->fields)));
    }
    if (file.digest() != digest_) refuse_changed();
    if (end_ns_) {
      writer.end(*end_ns_);
    } else {
      writer.flush();
    }
    return made_;
  }

 private:
  CaptureHeader header_of(const MessageFile& file) const {
    try {
      return HeaderReader(file.capture()).header();
    } catch (const ProtocolError& error) {
      throw InputError({.file = path_, .line = 1}, error.what());
    }
  }
  static void check(const MessageFile& file, const MessageLine& message) {
    if (!message.time_ns) file.refuse("has no `time` at which the message comes in");
    if (*message.time_ns == 0)
      file.refuse(
          "the time of a message is 0, when the run starts: it can come in 1 ns later at the earliest");
    if (*message.time_ns == INT64_MAX) file.refuse("the time of a message is beyond the end of virtual time");
  }
  static ClientCommand command_of(const MessageFile& file, const ClientLine& line) {
    std::optional<ClientAction> action = decode_client_action(line.command);
    if (!action) file.refuse("has a command that no client gives: take it from `dse capture cat --json`");
    if (line.what && *line.what != name_of(*action)) {
      file.refuse(fmt::format("says that a client did {}, and its command is {}", shown_text(*line.what),
                              name_of(*action)));
    }
    return {.client = ClientIndex(line.client), .channel = line.channel, .action = *std::move(action)};
  }
  void take_command(const MessageFile& file, const ClientLine& line, CaptureHeader& header) const {
    command_of(file, line);
    if (says_run_ && header.format < kClientsFormat) {
      file.refuse(fmt::format("is a client's command, which a capture of format {} has not: its format is {}",
                              header.format, kClientsFormat));
    }
    header.format = kClientsFormat;
  }
  std::string import_of(const MessageFile& file, const MessageLine& message) const {
    if (message.import) return *message.import;
    if (import_) return *import_;
    file.refuse(
        "has no `import` to which the message comes: name one, or name it for all such lines with "
        "--import");
  }
  void take_import(const MessageFile& file, const std::string& import, CaptureHeader& header) const {
    if (std::find(header.imports.begin(), header.imports.end(), import) != header.imports.end()) return;
    if (says_run_) {
      file.refuse(fmt::format("the import {} is none of the run's{}", quoted_text(import),
                              one_line(suggestion(import, header.imports))));
    }
    header.imports.push_back(import);
  }
  bool has_import(const std::string& import) const {
    return std::find(header_.imports.begin(), header_.imports.end(), import) != header_.imports.end();
  }
  [[noreturn]] void refuse_changed() const {
    throw InputError({.file = path_}, "has changed while it was read; leave it as it is, and make it again");
  }

  const std::string path_;
  const std::optional<std::string> import_;
  bool says_run_ = false;
  CaptureHeader header_;
  TimeNs last_ns_ = 0;
  std::optional<TimeNs> end_ns_;
  std::uint64_t digest_ = 0;
  MadeCapture made_;
};

void append_line(const CapturedMessage& captured, const CaptureHeader& header, std::string& line) {
  if (!captured.command)
    return append_message_line(captured.time_ns, header.imports[captured.import], *captured.message, line);
  const ClientCommand& command = *captured.command;
  ClientLine client{.client = command.client.number(),
                    .channel = command.channel,
                    .what = std::string(name_of(command.action))};
  append_client_action(command.action, client.command);
  append_client_line(captured.time_ns, client, line);
}

}  // namespace

void say_capture(CaptureReader& reader, std::optional<std::uint64_t> count,
                 const std::function<void(std::string_view line)>& say) {
  say(said_header(reader.header()));
  std::string line;
  for (std::uint64_t number = 0; !count || number < *count; ++number) {
    const std::optional<CapturedMessage> captured = reader.next();
    if (!captured) break;
    line.clear();
    append_line(*captured, reader.header(), line);
    say(line);
  }
  if (!reader.end_ns()) return;
  line = "{\"end\":";
  append_json_value(*reader.end_ns(), line);
  say(line + "}");
}

MadeCapture make_capture(const std::string& path, const std::optional<std::string>& import,
                         const std::string& capture) {
  CaptureMaker maker(path, import);
  maker.survey();
  return maker.write(capture);
}

}  // namespace dse
