#include "kinds/source_loop.h"

#include <algorithm>
#include <utility>

namespace dse {

SourceLoop::SourceLoop(std::string to, Items items, std::optional<LateLabels> labels)
    : to_(std::move(to)), items_(std::move(items)), labels_(std::move(labels)) {}

Step SourceLoop::begin() {
  return call([this](Machine& machine) { step(machine); });
}

void SourceLoop::step(Machine& machine) {
  const TimeNs now = machine.now();
  if (label_waits() && labels_->next_ns() <= now) return machine.eval(labels_->write_next(machine), begin());
  if (now < next_ns()) return wait(machine);
  if (!items_.any_left()) return machine.eval(exit(0));
  send(machine);
}

void SourceLoop::wait(Machine& machine) {
  machine.eval(after(std::max<TimeNs>(next_ns() - machine.now(), 0)), begin());
}

void SourceLoop::send(Machine& machine) {
  Sent sent = items_.next(machine);
  if (!sent.message) {
    item_due_ns_ = add_time(machine.now(), sent.gap_ns);
    return wait(machine);
  }
  if (labels_) labels_->add(sent.message->id(), *sent.label, machine.now());
  machine.eval(write_resource(to_, std::move(sent.message)),
               call([this, gap_ns = sent.gap_ns](Machine& again) {
                 item_due_ns_ = add_time(again.now(), gap_ns);
                 wait(again);
               }));
}

// When the next label or item is due; after the last one, when the program ends.
TimeNs SourceLoop::next_ns() const {
  if (!label_waits()) return item_due_ns_;
  return items_.any_left() ? std::min(item_due_ns_, labels_->next_ns()) : labels_->next_ns();
}

void SourceLoop::add_metrics(std::vector<Metric>& metrics) const {
  if (!labels_) return;
  for (Metric& metric : labels_->metrics()) metrics.push_back(std::move(metric));
}

void SourceLoop::add_counts(const SourceLoop& crashed) {
  if (labels_) labels_->add_counts(*crashed.labels_);
}

}  // namespace dse
