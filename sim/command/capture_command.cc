#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/counted.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "dse/hash.h"
#include "kinds/message_text.h"
#include "message/message_bytes.h"
#include "sim/capture/capture_lines.h"
#include "sim/capture/capture_reader.h"
#include "sim/capture/client_bytes.h"
#include "sim/capture/client_text.h"
#include "sim/command/command.h"
#include "sim/command/json_document.h"
#include "sim/command/run_options.h"
#include "sim/results/new_file.h"

namespace dse {
namespace {

// Those that the message has, each with a space before it.
std::string properties_text(const MoreProperties& more) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, printable_word(value));
  };
  add("content_encoding", more.content_encoding);
  add("reply_to", more.reply_to);
  add("expiration", more.expiration);
  add("type", more.type);
  add("user_id", more.user_id);
  if (more.priority) text += fmt::format(" priority={}", *more.priority);
  if (more.delivery_mode) text += fmt::format(" delivery_mode={}", *more.delivery_mode);
  return text;
}

std::string text_of(const Message& message) {
  return fmt::format("{} key={} headers={}{} {} bytes {}", printable_word(message.id()),
                     printable_word(message.key()), capture_headers_text(message.headers()),
                     properties_text(*message.fields().more), message.payload().size(),
                     hex64(message.payload_hash()));
}

// Text from outside may hold anything; it is escaped here, so that a message stays one line and each field
// keeps its place.
std::string line_of(const CapturedMessage& captured, const CaptureHeader& header) {
  const std::string time = seconds_text(captured.time_ns);
  if (!captured.command) {
    return fmt::format("{} {} {}", time, printable_word(header.imports[captured.import]),
                       text_of(*captured.message));
  }
  const ClientCommand& command = *captured.command;
  std::string line = fmt::format("{} client {}", time, command.client.number());
  if (command.channel != 0) line += fmt::format(" channel {}", command.channel);
  line += ' ' + text_of(command.action);
  if (captured.message) line += ' ' + text_of(*captured.message);
  return line;
}

// A key that does not apply is null.
nlohmann::ordered_json info_json(const CaptureSurvey& survey) {
  const CaptureHeader& header = survey.header;
  nlohmann::ordered_json json = {{"scenario", nullptr}, {"scenario_hash", nullptr}, {"seed", nullptr}};
  if (!header.of_no_run()) {
    json = {
        {"scenario", header.scenario}, {"scenario_hash", hex64(header.scenario_hash)}, {"seed", header.seed}};
  }
  json["ordering"] = header.ordering;
  json["version"] = header.version;
  json["checksum"] = hex64(survey.checksum);
  json["messages"] = survey.messages - survey.commands;
  json["clients"] = survey.clients;
  json["commands"] = survey.commands;
  if (survey.messages > 0) {
    json["first_ns"] = survey.first_ns;
    json["last_ns"] = survey.last_ns;
  }
  json["imports"] = nlohmann::ordered_json::object();
  for (std::size_t at = 0; at < header.imports.size(); ++at)
    json["imports"][printable(header.imports[at])] = survey.messages_by_import[at];
  json["data"] = nlohmann::ordered_json::object();
  for (const auto& [name, digest] : header.data) json["data"][printable(name)] = hex64(digest);
  json["whole"] = survey.end_ns.has_value();
  json["end_ns"] = survey.end_ns && !header.of_no_run() ? nlohmann::ordered_json(*survey.end_ns) : nullptr;
  json["cut_off"] = survey.cut;
  return json;
}

int info(const std::string& path, bool json) {
  const CaptureSurvey survey = survey_capture(path);
  const CaptureHeader& header = survey.header;
  if (json) return print_document(info_json(survey)), kExitOk;
  if (header.of_no_run()) {
    fmt::print("scenario  any that has these imports\n");
  } else {
    fmt::print("scenario  {} ({})\nseed      {}\n", printable(header.scenario), hex64(header.scenario_hash),
               header.seed);
  }
  if (header.ordering != 0) fmt::print("ordering  {}\n", header.ordering);
  fmt::print("version   {}\nchecksum  {}\nmessages  {}", printable(header.version), hex64(survey.checksum),
             survey.messages - survey.commands);
  if (survey.commands > 0)
    fmt::print(", and {} of {}", counted(survey.commands, "command"), counted(survey.clients, "client"));
  if (survey.messages > 0)
    fmt::print(", from {} s to {} s", seconds_text(survey.first_ns), seconds_text(survey.last_ns));
  fmt::print("\n");
  for (std::size_t at = 0; at < header.imports.size(); ++at)
    fmt::print("  {:<16} {}\n", printable(header.imports[at]), survey.messages_by_import[at]);
  for (const auto& [name, digest] : header.data)
    fmt::print("data      {} ({})\n", printable(name), hex64(digest));
  if (survey.end_ns && header.of_no_run()) {
    fmt::print("whole     the run goes on after its last message\n");
  } else if (survey.end_ns) {
    fmt::print("whole     the run ended at {} s\n", seconds_text(*survey.end_ns));
  } else {
    fmt::print("cut off   {}\n", survey.cut);
  }
  return kExitOk;
}

// Lines for a new file, or for standard output.
class LineOutput {
 public:
  explicit LineOutput(const std::string& path) : path_(path) {
    if (path.empty()) return;
    whole_.emplace(path);
    file_.reset(std::fopen(whole_->partial_path().c_str(), "wbe"));
    if (!file_) fail();
  }

  void write(std::string_view line) {
    if (!file_) return fmt::print("{}\n", line);
    const bool written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size();
    if (!written || std::fputc('\n', file_.get()) == EOF) fail();
  }
  void finish() {
    if (!file_) return;
    if (std::fclose(file_.release()) != 0) fail();
    whole_->keep();
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail() const {
    throw RunError(fmt::format("cannot write '{}': {}; choose another place", path_, std::strerror(errno)));
  }

  std::string path_;
  std::optional<NewFile> whole_;
  std::unique_ptr<std::FILE, Close> file_;
};

struct CaptureArguments {
  std::string a;
  std::string b;
  std::optional<std::uint64_t> count;
  bool json = false;
  std::string out;
  std::string import;
};

int cat(const CaptureArguments& arguments) {
  CaptureReader reader(arguments.a);
  LineOutput output(arguments.out);
  if (arguments.json) {
    say_capture(reader, arguments.count, [&output](std::string_view line) { output.write(line); });
  } else {
    for (std::uint64_t number = 0; !arguments.count || number < *arguments.count; ++number) {
      const std::optional<CapturedMessage> captured = reader.next();
      if (!captured) break;
      output.write(line_of(*captured, reader.header()));
    }
  }
  output.finish();
  if (!reader.cut().empty()) tell("warning: {} was cut off {}\n", arguments.a, reader.cut());
  return kExitOk;
}

int make(const CaptureArguments& arguments) {
  NewFile whole(arguments.out);
  const MadeCapture made =
      make_capture(arguments.a, arguments.import.empty() ? std::nullopt : std::optional(arguments.import),
                   whole.partial_path());
  whole.keep();
  fmt::print("{}: {}\n", printable(arguments.out), counted(made.messages, "message"));
  if (!made.is_whole) {
    tell("warning: {} does not say when its run ended: the capture is one that was cut off\n", arguments.a);
  }
  return kExitOk;
}

std::vector<std::string> differing_fields(const CaptureHeader& a, const CaptureHeader& b) {
  std::vector<std::string> fields;
  const auto add = [&fields](std::string_view name, const auto& of_a, const auto& of_b) {
    if (of_a != of_b) fields.push_back(fmt::format("{} {} and {}", name, of_a, of_b));
  };
  add("scenario", printable(a.scenario), printable(b.scenario));
  if (a.format == b.format) add("scenario hash", hex64(a.scenario_hash), hex64(b.scenario_hash));
  add("seed", a.seed, b.seed);
  add("ordering", a.ordering, b.ordering);
  add("version", printable(a.version), printable(b.version));
  add("imports", printable(fmt::format("{}", fmt::join(a.imports, ", "))),
      printable(fmt::format("{}", fmt::join(b.imports, ", "))));
  if (a.format == b.format && a.data != b.data)
    fields.push_back(fmt::format("data: {}", changed_data(a.data, b.data)));
  return fields;
}

std::string bytes_of(const CapturedMessage& captured) {
  std::string bytes;
  append_message(*captured.message, bytes);
  return bytes;
}

std::vector<std::string> differing_parts(const CapturedMessage& a, const CapturedMessage& b) {
  std::vector<std::string> parts;
  if (a.time_ns != b.time_ns) parts.emplace_back("time");
  if (a.command->client != b.command->client) parts.emplace_back("client");
  if (a.command->channel != b.command->channel) parts.emplace_back("channel");
  std::string of_a;
  std::string of_b;
  append_client_action(a.command->action, of_a);
  append_client_action(b.command->action, of_b);
  if (of_a != of_b) parts.emplace_back("command");
  return parts;
}

// The fields in which the messages differ; the imports of the two captures are the same.
std::vector<std::string> differing_fields(const CapturedMessage& a, const CapturedMessage& b) {
  if (a.command.has_value() != b.command.has_value()) return {"where it came from"};
  if (a.command) return differing_parts(a, b);
  std::vector<std::string> fields;
  if (a.time_ns == b.time_ns && a.import == b.import && bytes_of(a) == bytes_of(b)) return fields;
  const auto add = [&fields](std::string_view name, const auto& of_a, const auto& of_b) {
    if (of_a != of_b) fields.emplace_back(name);
  };
  const MessageFields& one = a.message->fields();
  const MessageFields& other = b.message->fields();
  add("time", a.time_ns, b.time_ns);
  add("import", a.import, b.import);
  add("id", one.id, other.id);
  add("key", one.key, other.key);
  add("correlation_id", one.correlation_id, other.correlation_id);
  add("app_id", one.app_id, other.app_id);
  add("content_type", one.content_type, other.content_type);
  add("timestamp", one.timestamp, other.timestamp);
  add("headers", one.headers, other.headers);
  add("content_encoding", one.more->content_encoding, other.more->content_encoding);
  add("reply_to", one.more->reply_to, other.more->reply_to);
  add("expiration", one.more->expiration, other.more->expiration);
  add("type", one.more->type, other.more->type);
  add("user_id", one.more->user_id, other.more->user_id);
  add("priority", one.more->priority, other.more->priority);
  add("delivery_mode", one.more->delivery_mode, other.more->delivery_mode);
  if (!std::ranges::equal(one.payload.bytes(), other.payload.bytes())) fields.emplace_back("payload");
  return fields;
}

std::string ending(const CaptureReader& reader) {
  if (reader.end_ns()) return fmt::format("the run ended at {} s", seconds_text(*reader.end_ns()));
  return "it was cut off " + reader.cut();
}

int differ(const std::string& what, const std::string& of_a, const std::string& of_b) {
  fmt::print("{}\n  A: {}\n  B: {}\n", what, of_a, of_b);
  return kExitFailed;
}

int diff(const std::string& path_a, const std::string& path_b) {
  CaptureReader a(path_a);
  CaptureReader b(path_b);
  if (const auto fields = differing_fields(a.header(), b.header()); !fields.empty()) {
    fmt::print("of different runs: {}\n", fmt::join(fields, ", "));
    return kExitFailed;
  }
  for (std::uint64_t number = 0;; ++number) {
    const std::optional<CapturedMessage> of_a = a.next();
    const std::optional<CapturedMessage> of_b = b.next();
    if (of_a && of_b) {
      const std::vector<std::string> fields = differing_fields(*of_a, *of_b);
      if (fields.empty()) continue;
      return differ(fmt::format("message {} differs in {}", number, fmt::join(fields, ", ")),
                    line_of(*of_a, a.header()), line_of(*of_b, b.header()));
    }
    if (of_a || of_b) {
      return differ(fmt::format("message {} is in one alone", number),
                    of_a ? line_of(*of_a, a.header()) : ending(a),
                    of_b ? line_of(*of_b, b.header()) : ending(b));
    }
    if (a.end_ns() != b.end_ns())
      return differ(
          fmt::format("{} the same, the end differs", counted(number, "message is", "messages are")),
          ending(a), ending(b));
    fmt::print("the same: {}{}\n", counted(number, "message"), a.end_ns() ? "" : ", both cut off");
    return kExitOk;
  }
}

}  // namespace

void add_capture_command(CommandParser& parser) {
  auto arguments = std::make_shared<CaptureArguments>();
  ProgramCommand command =
      parser.add_command("capture", "Look into what came into an attached run, or make such a file");
  command.example("dse capture info messages.capture");
  ProgramCommand info_command =
      command.add_command("info", "Which run it was, how many messages, and whether whole");
  info_command.add_argument("FILE", arguments->a, "a capture");
  add_json_option(info_command, arguments->json);
  info_command.example("dse capture info messages.capture");
  info_command.on_run([arguments] { return info(arguments->a, arguments->json); });
  ProgramCommand cat_command = command.add_command("cat", "A line a message");
  cat_command.add_argument("FILE", arguments->a, "a capture");
  cat_command.add_whole("--count", arguments->count, "only the first so many",
                        {.most = INT64_MAX, .what = "a number of messages"});
  cat_command.add_flag("--json", arguments->json,
                       "messages as they are, as JSON, from which `make` makes the capture again");
  cat_command.add_text("-o,--out", arguments->out, "a new file; without it, standard output");
  cat_command.example("dse capture cat messages.capture --count 10");
  cat_command.on_run([arguments] { return cat(*arguments); });
  ProgramCommand make_command = command.add_command("make", "A capture of messages that are lines of JSON");
  make_command.add_argument("FILE", arguments->a, "a JSONL file: a message on each line");
  make_command.add_text("-o,--out", arguments->out, "the capture, a new file").required();
  make_command.add_text("--import", arguments->import, "the import of the messages that name none");
  make_command.example("dse capture make messages.jsonl -o messages.capture");
  make_command.on_run([arguments] { return make(*arguments); });
  ProgramCommand diff_command = command.add_command("diff", "The first message in which two captures differ");
  diff_command.add_argument("A", arguments->a, "a capture");
  diff_command.add_argument("B", arguments->b, "another");
  diff_command.example("dse capture diff messages.capture other.capture");
  diff_command.on_run([arguments] { return diff(arguments->a, arguments->b); });
}

}  // namespace dse
