// The loop of a program that sends one item after the other and, if its source sends labels later, each label
// when it is due. What is due at the same time as an item is sent before it.
#pragma once

#include <functional>
#include <optional>

#include "dse/app.h"
#include "kinds/late_labels.h"

namespace dse {

class SourceLoop {
 public:
  struct Sent {
    MessagePtr message;             // null: the item is left out, and nothing is written
    std::optional<int> label = {};  // needed if labels are sent later
    TimeNs gap_ns = 0;              // from then until the next item is due
  };
  struct Items {
    std::function<bool()> any_left;
    std::function<Sent(Machine&)> next;  // called when there is one
  };

  // Items are written to `to`.
  SourceLoop(std::string to, Items items, std::optional<LateLabels> labels = {});

  // Sends an item at once and goes on until there is nothing left, then ends the program. The loop must
  // outlive it.
  Step begin();
  // The metrics of labels, if any are sent.
  void add_metrics(std::vector<Metric>& metrics) const;
  void add_counts(const SourceLoop& crashed);

 private:
  void step(Machine& machine);
  void send(Machine& machine);
  void wait(Machine& machine);
  bool label_waits() const { return labels_ && !labels_->empty(); }
  TimeNs next_ns() const;

  std::string to_;
  Items items_;
  std::optional<LateLabels> labels_;
  TimeNs item_due_ns_ = 0;
};

}  // namespace dse
