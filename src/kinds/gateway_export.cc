#include "kinds/gateway_export.h"

#include <cstdint>
#include <utility>

#include "message/carriage.h"

namespace dse {
namespace {

class ExportApp : public App {
 public:
  ExportApp(std::string queue, const MakeContext& context)
      : queue_(std::move(queue)), prefetch_(context.prefetch), leave_(context.leave) {}

  Program program() override {
    return {stream_resource(queue_, prefetch_, [this](Machine& machine, const MessagePtr& message) {
      if (const std::string reason = why_not_carried(message->fields()); !reason.empty()) {
        machine.refuse_current(reason);
        return machine.next();
      }
      ++exported_;
      if (leave_) leave_(message);
      machine.next();
    })};
  }
  // Only the code that takes a message outside knows what becomes of it there.
  std::vector<Metric> metrics() const override {
    return {
        {"exported", static_cast<double>(exported_)}, {"nacked", 0}, {"republished", 0}, {"unroutable", 0}};
  }

 private:
  std::string queue_;
  std::uint32_t prefetch_;
  std::function<void(const MessagePtr&)> leave_;
  std::uint64_t exported_ = 0;
};

class GatewayExport : public Component {
 public:
  explicit GatewayExport(ExportOptions options) : options_(std::move(options)) {}

  Ports ports() const override {
    return {.reads = options_.queue, .to_outside = OutsidePort{.exchange = options_.exchange}};
  }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "exported", .unit = "messages"},
            {.name = "nacked", .unit = "messages", .shown = MetricShown::kWhenNotZero},
            {.name = "republished", .unit = "messages", .shown = MetricShown::kWhenNotZero},
            {.name = "unroutable", .unit = "messages", .shown = MetricShown::kWhenNotZero}};
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<ExportApp>(options_.queue, context);
  }

 private:
  ExportOptions options_;
};

std::shared_ptr<const Component> read_export(const KeyReader& keys) {
  ExportOptions options;
  options.from = keys.text("from");
  options.exchange = keys.text("exchange");
  options.queue = keys.text("name");
  return make_gateway_export(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_gateway_export(ExportOptions options) {
  return std::make_shared<const GatewayExport>(std::move(options));
}

Kind gateway_export_kind() {
  return {
      .name = "gateway-export",
      .meaning = "Publishes the messages that are written to a resource to an exchange of a real broker.",
      .keys = {{.name = "from",
                .type = KeyType::kResource,
                .required = true,
                .meaning = "resource whose messages are published"},
               {.name = "exchange",
                .type = KeyType::kBrokerName,
                .required = true,
                .meaning = "exchange of the broker to which they are published"},
               {.name = "key",
                .type = KeyType::kRoutingKey,
                .fallback = std::string("#"),
                .meaning = "topic pattern of the messages that are published"},
               {.name = "name",
                .type = KeyType::kName,
                .meaning = "name of the component and of its queue, which must not be another resource; by "
                           "default `export-` and the resource, with `-` instead of dots, and a number "
                           "after it if that name is taken"}},
      .read = read_export,
      .place = KindPlace::kExport};
}

}  // namespace dse
