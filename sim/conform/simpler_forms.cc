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
    if (publish.key != "a") std::get<PublishOperation>(add()).key = "a";
    if (publish.mandatory) std::get<PublishOperation>(add()).mandatory = false;
  }
  void operator()(const OpenOperation& open) {
    if (open.prefetch != 0) std::get<OpenOperation>(add()).prefetch = 0;
  }
  void operator()(const SettleOperation& settle) {
    if (settle.how != SettleHow::kAcknowledge) std::get<SettleOperation>(add()).how = SettleHow::kAcknowledge;
    if (settle.which != 0) std::get<SettleOperation>(add()).which = 0;
  }
  void operator()(const DeclareOperation&) {}
  void operator()(const CloseOperation&) {}
  void operator()(const DrainOperation&) {}

  std::vector<Operation> take() { return std::move(forms_); }

 private:
  // Another copy of the operation, to be made simpler.
  Operation& add() { return forms_.emplace_back(operation_); }

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
