#include "kinds/echo.h"

#include <fmt/format.h>

#include <utility>

#include "core/printable.h"
#include "kinds/message_text.h"

namespace dse {
namespace {

constexpr const char* kLogEnding = ".log";

class EchoApp : public App {
 public:
  EchoApp(ConsumerOptions options, const MakeContext& context)
      : options_(std::move(options)), prefetch_(context.prefetch), sink_(context.open_lines(kLogEnding)) {}

  Program program() override {
    return consume(options_, prefetch_,
                   [this](Machine& machine, const MessagePtr& message) { print(machine, *message); });
  }
  std::vector<Metric> metrics() const override { return {{"received", static_cast<double>(received_)}}; }
  void add_counts(const App& crashed) override {
    received_ += dynamic_cast<const EchoApp&>(crashed).received_;
  }

 private:
  void print(const Machine& machine, const Message& message) {
    ++received_;
    sink_(fmt::format("{} {} label={} key={} {} bytes{}", seconds_text(machine.now()),
                      printable_word(message.id()), printable_word(header_text(message, "label")),
                      printable_word(message.key()), message.payload().size(),
                      machine.redelivered() ? " redelivered" : ""));
  }

  ConsumerOptions options_;
  std::uint32_t prefetch_;
  LineSink sink_;
  std::uint64_t received_ = 0;
};

class Echo : public Component {
 public:
  explicit Echo(ConsumerOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = options_.from}; }
  std::vector<MetricInfo> metrics() const override { return {{.name = "received", .unit = "messages"}}; }
  std::vector<std::string> kept_files() const override { return {kLogEnding}; }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<EchoApp>(options_, context);
  }

 private:
  ConsumerOptions options_;
};

}  // namespace

std::shared_ptr<const Component> make_echo(ConsumerOptions options) {
  return std::make_shared<const Echo>(std::move(options));
}

Kind echo_kind() {
  return {.name = "echo",
          .meaning = "Writes one line per message to NAME.log.",
          .keys = consumer_keys(),
          .read = [](const KeyReader& keys) { return make_echo(read_consumer(keys)); }};
}

}  // namespace dse
