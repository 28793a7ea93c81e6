#include "kinds/message_source.h"

#include <cstdint>
#include <utility>

#include "dse/error.h"
#include "kinds/message_file.h"

namespace dse {
namespace {

// What a file of messages holds, once it was read from front to end.
struct MessageSurvey {
  std::uint64_t messages = 0;
  std::uint64_t digest = 0;
};

// Throws InputError for whatever is wrong with the file.
MessageSurvey survey_messages(const MessageSourceOptions& options) {
  MessageSurvey survey;
  MessageFile file(options.file.path);
  while (const std::optional<MessageLine> message = file.next()) {
    if (options.times && !message->time_ns) {
      file.refuse(
          "has no `time` at which the message is sent: add it to each line, or give the component a "
          "`rate`");
    }
    ++survey.messages;
  }
  if (survey.messages == 0)
    throw InputError({.file = options.file.path}, "holds no message: expected one on each line");
  survey.digest = file.digest();
  return survey;
}

class MessageSourceApp : public App {
 public:
  MessageSourceApp(const MessageSourceOptions& options, const MessageSurvey& survey)
      : options_(options), survey_(survey) {}

  Program program() override;
  std::vector<Metric> metrics() const override {
    return {{"sent", static_cast<double>(sent_before_) + static_cast<double>(sent_)}};
  }
  std::optional<double> share_sent() const override {
    return static_cast<double>(sent_) / static_cast<double>(survey_.messages);
  }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const MessageSourceApp&>(crashed);
    sent_before_ = earlier.sent_before_ + earlier.sent_;
  }

 private:
  std::optional<MessageLine> read();
  TimeNs offset_ns(const MessageLine& line) const {
    return options_.times->offset_ns(line.time_ns.value_or(0) - origin_ns_);
  }
  TimeNs gap_ns(const MessageLine& line) const;
  void step(Machine& machine);
  static MessagePtr message_of(Machine& machine, MessageFields&& said);

  const MessageSourceOptions options_;
  const MessageSurvey survey_;
  std::optional<MessageFile> file_;
  std::optional<MessageLine> next_;  // the one to be sent
  TimeNs origin_ns_ = 0;             // the line's time that is the component's start
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;  // by programs that crashed
};

Program MessageSourceApp::program() {
  Program program = {create_resource(options_.to)};
  file_.emplace(options_.file.path);
  next_ = read();
  if (next_ && options_.from_first) origin_ns_ = next_->time_ns.value_or(0);
  if (next_ && options_.times && offset_ns(*next_) > 0) program.push_back(after(offset_ns(*next_)));
  program.push_back(call([this](Machine& machine) { step(machine); }));
  return program;
}

// The next line. Throws InputError when the file is not any more what it was before the run.
std::optional<MessageLine> MessageSourceApp::read() {
  std::optional<MessageLine> line = file_->next();
  if (!line && file_->digest() != survey_.digest) {
    throw InputError({.file = options_.file.path},
                     "has changed since it was first read; leave it as it is while it is read");
  }
  return line;
}

// The time from the line that was just sent to the next one.
TimeNs MessageSourceApp::gap_ns(const MessageLine& line) const {
  const auto number = static_cast<std::int64_t>(sent_);
  if (!options_.times) return options_.rate.offset_ns(number) - options_.rate.offset_ns(number - 1);
  return next_ ? offset_ns(*next_) - offset_ns(line) : 0;
}

void MessageSourceApp::step(Machine& machine) {
  if (!next_) return machine.eval(exit(0));
  MessageLine line = *std::exchange(next_, read());
  ++sent_;
  MessagePtr message = message_of(machine, std::move(line.fields));
  machine.eval(write_resource(options_.to, std::move(message)), after(gap_ns(line)),
               call([this](Machine& again) { step(again); }));
}

MessagePtr MessageSourceApp::message_of(Machine& machine, MessageFields&& said) {
  const MessagePtr own = machine.compose({});
  if (said.id.empty()) said.id = own->id();
  if (said.app_id.empty()) said.app_id = own->app_id();
  const bool says_when = said.timestamp != kNoTimestamp;
  if (!says_when) said.timestamp = own->timestamp();
  MessagePtr message = make_message(std::move(said));
  // What it says of another run's time is no time of this one.
  if (says_when) message->set_entered_ns(machine.now());
  return message;
}

class MessageSource : public Component {
 public:
  explicit MessageSource(MessageSourceOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = {}, .writes = {options_.to}}; }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "sent", .unit = "messages", .written = true}};
  }
  Emits emits() const override { return {.labels = true}; }
  std::vector<ReadFile> read_files() const override {
    return {{.key = "file", .path = options_.file.path, .place = options_.file.place}};
  }
  std::unique_ptr<App> make(const MakeContext& context) const override;

 private:
  MessageSourceOptions options_;
};

std::unique_ptr<App> MessageSource::make(const MakeContext& context) const {
  try {
    const MessageSurvey survey = survey_messages(options_);
    if (context.files != nullptr) context.files->note_digest(options_.file.path, survey.digest);
    return std::make_unique<MessageSourceApp>(options_, survey);
  } catch (const InputError& refusal) {
    throw InputError(options_.file.place, refusal.what());
  }
}

std::shared_ptr<const Component> read_message_source(const KeyReader& keys) {
  MessageSourceOptions options{.file = *read_file_if_any(keys, "file"), .to = keys.text("to")};
  options.from_first = keys.text("time_origin") == "first";
  const std::optional<Rate> rate = keys.rate_if_any("rate");
  if (!rate) {
    options.times = read_time_scale(keys);
    return make_message_source(std::move(options));
  }
  if (keys.pair_if_any("time_scale"))
    keys.refuse("time_scale", "has nothing to multiply: the `rate` says when each message is sent");
  options.rate = *rate;
  return make_message_source(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_message_source(MessageSourceOptions options) {
  return std::make_shared<const MessageSource>(std::move(options));
}

Kind message_source_kind() {
  return {
      .name = "message-source",
      .meaning =
          "Sends the messages of a [JSONL file](jsonl.md) as they are, each with its own key, headers, "
          "payload and properties, in the order of the file. A model learns from those with the header "
          "`label`. A message that says no `id`, `app_id` or `timestamp_ns` gets them from the component.",
      .keys = {{.name = "file",
                .type = KeyType::kFile,
                .required = true,
                .meaning = "file of messages, one on each line; gzipped or plain"},
               {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"},
               {.name = "time_scale",
                .type = KeyType::kPair,
                .meaning = "`[numerator, denominator]`: the messages' times are multiplied by this ratio; "
                           "by default they are as they were"},
               {.name = "time_origin",
                .type = KeyType::kChoice,
                .fallback = std::string("zero"),
                .choices = {"zero", "first"},
                .meaning = "which of the messages' times is the start of the component: `\"zero\"`, or "
                           "that of the first message"},
               {.name = "rate",
                .type = KeyType::kRate,
                .meaning = "messages per second, in place of their own times"}},
      .read = read_message_source};
}

}  // namespace dse
