#include "kinds/watch.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/csv.h"
#include "dse/hash.h"
#include "kinds/message_text.h"

namespace dse {
namespace {

constexpr const char* kKeptEnding = ".csv";

class WatchApp : public App {
 public:
  WatchApp(ConsumerOptions options, const MakeContext& context)
      : sink_(context.open_lines(kKeptEnding)), prefetch_(context.prefetch), options_(std::move(options)) {
    if (context.restarts > 0) return;
    sink_("virtual_time_ns,id,correlation_id,key,label,model,confidence,payload_hash");
  }

  Program program() override {
    return consume(options_, prefetch_,
                   [this](Machine& machine, const MessagePtr& message) { keep(machine, *message); });
  }
  std::vector<Metric> metrics() const override { return {{"received", static_cast<double>(received_)}}; }
  void add_counts(const App& crashed) override {
    received_ += dynamic_cast<const WatchApp&>(crashed).received_;
  }

 private:
  void keep(const Machine& machine, const Message& message) {
    ++received_;
    fmt::memory_buffer line;  // not one that is kept: a watch among many would find it in no cache
    const fmt::format_int now(machine.now());
    line.append(now.data(), now.data() + now.size());
    const auto add = [&line](std::string_view field) {
      line.push_back(',');
      append_csv_field(line, field);
    };
    add(message.id());
    add(message.correlation_id());
    add(message.key());
    add(header_text(message, "label"));
    add(header_text(message, "model"));
    add(header_text(message, "confidence"));
    add(hex64(message.payload_hash()));
    sink_({line.data(), line.size()});
  }

  std::uint64_t received_ = 0;
  LineSink sink_;
  std::uint32_t prefetch_;
  ConsumerOptions options_;
};

class Watch : public Component {
 public:
  explicit Watch(ConsumerOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = options_.from}; }
  std::vector<MetricInfo> metrics() const override { return {{.name = "received", .unit = "messages"}}; }
  std::vector<std::string> kept_files() const override { return {kKeptEnding}; }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<WatchApp>(options_, context);
  }

 private:
  ConsumerOptions options_;
};

}  // namespace

std::shared_ptr<const Component> make_watch(ConsumerOptions options) {
  return std::make_shared<const Watch>(std::move(options));
}

Kind watch_kind() {
  return {.name = "watch",
          .meaning = "Keeps ids, label, model, confidence and payload hash of each message in NAME.csv.",
          .keys = consumer_keys(),
          .read = [](const KeyReader& keys) { return make_watch(read_consumer(keys)); }};
}

}  // namespace dse
