#include "kinds/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kinds/program_app.h"
#include "kinds/program_files.h"
#include "learn/saved_learner.h"
#include "protocol/program_table.h"

namespace dse {
namespace {

class ProgramComponent : public Component {
 public:
  explicit ProgramComponent(ProgramOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = options_.from, .writes = options_.to}; }
  std::vector<MetricInfo> metrics() const override {
    std::vector<MetricInfo> metrics;
    if (!options_.to.empty()) metrics.push_back({.name = "sent", .unit = "messages", .written = true});
    if (options_.from) metrics.push_back({.name = "received", .unit = "messages"});
    if (options_.answers) metrics.push_back({.name = "accuracy", .unit = "share", .curve = true});
    for (const std::string& name : options_.metrics) metrics.push_back({.name = name, .curve = true});
    return metrics;
  }
  Emits emits() const override {
    return {.labels = true, .answers = options_.answers, .forwards = options_.forwards};
  }
  bool keeps_state() const override { return true; }
  bool jobs_wait() const override { return true; }
  std::vector<std::string> kept_files() const override { return {kLearnerEnding}; }
  std::vector<ReadFile> read_files() const override {
    std::vector<ReadFile> files = program_files(options_.command);
    if (options_.initial) files.push_back({"initial", options_.initial->path, options_.initial->place});
    return files;
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    note_program_files(options_.command, *context.files);
    return make_program_app(options_, context);
  }

 private:
  ProgramOptions options_;
};

void check_metric_name(const KeyReader& keys, const std::string& name) {
  const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!fits)
    keys.refuse("metrics",
                fmt::format("'{}' is not a metric's name: expected letters, digits, - and _", name));
}

std::vector<std::string> texts_if_any(const KeyReader& keys, std::string_view key) {
  if (std::holds_alternative<std::monostate>(keys.value(key))) return {};
  return keys.texts(key);
}

std::shared_ptr<const Component> read_program(const KeyReader& keys) {
  ProgramOptions options;
  options.command = {.words = keys.texts("command"),
                     .folder = keys.text("folder"),
                     .options = keys.table("options"),
                     .environment = read_environment(keys.table("environment"), keys.place("environment")),
                     .files = texts_if_any(keys, "files"),
                     .patience_ns = keys.duration("patience"),
                     .place = keys.place("command")};
  if (options.command.words.front().empty()) keys.refuse("command", "begins with an empty word");
  if (options.command.patience_ns == 0) keys.refuse("patience", "is no time at all: give a program some");
  options.from = keys.text_if_any("from");
  options.to = texts_if_any(keys, "to");
  if (!options.from && options.to.empty())
    keys.refuse("from", "is missing, and so is `to`: a component reads a resource, writes some, or both");
  options.answers = keys.flag("answers");
  options.forwards = keys.flag("forwards");
  options.service_ns = keys.duration("service");
  options.metrics = texts_if_any(keys, "metrics");
  for (const std::string& name : options.metrics) check_metric_name(keys, name);
  options.initial = read_file_if_any(keys, "initial");
  return make_program(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_program(ProgramOptions options) {
  return std::make_shared<const ProgramComponent>(std::move(options));
}

Kind program_kind() {
  return {
      .name = "program",
      .meaning =
          "A program in any language, which is a process of its own and speaks [a protocol of "
          "lines](program-protocol.md). [Programs in any language](programs.md) shows how to write one.",
      .keys =
          {{.name = "command",
            .type = KeyType::kTexts,
            .required = true,
            .meaning = "the program and its arguments. The first is a file in `folder`, or found on PATH"},
           {.name = "folder", .type = KeyType::kFolder, .meaning = "folder in which it is started"},
           {.name = "from", .type = KeyType::kResource, .meaning = "resource that it may stream"},
           {.name = "to", .type = KeyType::kTexts, .meaning = "resources that it may write"},
           {.name = "answers",
            .type = KeyType::kFlag,
            .fallback = false,
            .meaning = "its messages are predictions, and are scored as a model's"},
           {.name = "forwards",
            .type = KeyType::kFlag,
            .fallback = false,
            .meaning = "the payloads that it writes are those that it reads, so that a model behind it knows "
                       "the size of its images"},
           {.name = "service",
            .type = KeyType::kDuration,
            .fallback = std::int64_t{0},
            .meaning = "virtual time that one `deliver` or `resume` takes"},
           {.name = "options", .type = KeyType::kTable, .meaning = "a table that it gets as it is"},
           {.name = "environment",
            .type = KeyType::kTable,
            .meaning = "variables that it gets beside [those that every program "
                       "has](programs.md#environment)"},
           {.name = "patience",
            .type = KeyType::kDuration,
            .fallback = 60 * kNanosecondsPerSecond,
            .meaning = "real time that it has for one reply"},
           {.name = "metrics", .type = KeyType::kTexts, .meaning = "names of the metrics that it reports"},
           {.name = "files",
            .type = KeyType::kTexts,
            .meaning =
                "files in `folder` that it reads, beside those that the command names: their digests are "
                "kept with the run"},
           {.name = "initial",
            .type = KeyType::kFile,
            .meaning = "a saved state to start from: a file that `dse replay --save-models` wrote"}},
      .read = read_program};
}

}  // namespace dse
