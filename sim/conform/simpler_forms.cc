#include "sim/conform/simpler_forms.h"

#include <utility>

namespace dse {
namespace {

class Forms {
 public:
  explicit Forms(const Operation& operation) : operation_(operation) {}

  void operator()(const BindOperation& bind) {
    without_each(bind.binding.headers,
                 [](Operation& form) -> Headers& { return std::get<BindOperation>(form).binding.headers; });
    if (bind.binding.key != "#") std::get<BindOperation>(add()).binding.key = "#";
    if (bind.binding.match != HeaderMatch::kAll)
      std::get<BindOperation>(add()).binding.match = HeaderMatch::kAll;
  }
  void operator()(const PublishOperation& publish) {
    without_each(publish.headers,
                 [](Operation& form) -> Headers& { return std::get<PublishOperation>(form).headers; });
    if (publish.key != "a" && !publish.exchange.empty()) std::get<PublishOperation>(add()).key = "a";
    if (publish.mandatory) std::get<PublishOperation>(add()).mandatory = false;
    if (publish.publisher != kUnconfirmed) std::get<PublishOperation>(add()).publisher = kUnconfirmed;
    if (publish.priority) std::get<PublishOperation>(add()).priority.reset();
    if (!publish.expiration.empty()) std::get<PublishOperation>(add()).expiration.clear();
    if (publish.bytes > 0) std::get<PublishOperation>(add()).bytes = 0;
  }
  void operator()(const OpenOperation& open) {
    if (open.prefetch != 0) std::get<OpenOperation>(add()).prefetch = 0;
  }
  void operator()(const SettleOperation& settle) {
    if (settle.how != SettleHow::kAcknowledge) std::get<SettleOperation>(add()).how = SettleHow::kAcknowledge;
    if (settle.which != 0) std::get<SettleOperation>(add()).which = 0;
  }
  void operator()(const DeclareOperation& declare) {
    if (declare.alternate) std::get<DeclareOperation>(add()).alternate.reset();
  }
  void operator()(const ExchangeOperation& declare) {
    if (declare.options.alternate) std::get<ExchangeOperation>(add()).options.alternate.reset();
    if (declare.options.type != ExchangeType::kFanout)
      std::get<ExchangeOperation>(add()).options.type = ExchangeType::kFanout;
  }
  void operator()(const QueueOperation& declare) {
    const QueueOptions& options = declare.options;
    if (options.type == QueueType::kQuorum) {
      QueueOptions& form = queue_form();
      form.type = QueueType::kClassic;
      form.delivery_limit.reset();
    }
    if (options.message_ttl_ns) queue_form().message_ttl_ns.reset();
    if (options.expires_ns) queue_form().expires_ns.reset();
    if (options.max_length) queue_form().max_length.reset();
    if (options.max_length_bytes) queue_form().max_length_bytes.reset();
    if (options.overflow != Overflow::kDropHead) queue_form().overflow = Overflow::kDropHead;
    if (options.dead_letter) queue_form().dead_letter.reset();
    if (options.dead_letter && options.dead_letter->key && !options.dead_letter->exchange.empty())
      queue_form().dead_letter->key.reset();
    if (options.delivery_limit) queue_form().delivery_limit.reset();
    if (options.max_priority > 0) queue_form().max_priority = 0;
    if (options.single_active_consumer) queue_form().single_active_consumer = false;
    if (options.auto_delete) queue_form().auto_delete = false;
  }
  void operator()(const WaitOperation& wait) {
    if (wait.steps > 1) std::get<WaitOperation>(add()).steps = 1;
  }
  void operator()(const CloseOperation&) {}
  void operator()(const DrainOperation&) {}

  std::vector<Operation> take() { return std::move(forms_); }

 private:
  // Another copy of the operation, to be made simpler.
  Operation& add() { return forms_.emplace_back(operation_); }

  QueueOptions& queue_form() { return std::get<QueueOperation>(add()).options; }

  template <typename HeadersOf>
  void without_each(const Headers& headers, const HeadersOf& headers_of) {
    for (const auto& [name, value] : headers) headers_of(add()).remove(name);
  }

  const Operation& operation_;
  std::vector<Operation> forms_;
};

}  // namespace

std::vector<Operation> simpler_forms(const Operation& operation) {
  Forms forms(operation);
  std::visit(forms, operation);
  return forms.take();
}

}  // namespace dse
