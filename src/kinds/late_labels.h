// The labels that a source sends some time after its messages: each is a message of its own, without a
// payload, of the content type kLabelContentType, whose correlation_id is the id of the message that it
// labels, with the header `label` and the label as key.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/drawn_time.h"
#include "dse/kind_table.h"
#include "dse/machine.h"
#include "kinds/item_data.h"
#include "message/content_types.h"

namespace dse {

struct LateLabelOptions {
  // `count` of `of` labels, each drawn by itself.
  struct Share {
    std::int64_t count = 0;
    std::int64_t of = 1;
  };

  std::string to;                  // the resource that the labels are written to
  DrawnTime delay;                 // from the sending of a message until that of its label
  std::optional<Share> lost = {};  // never sent
};

// The keys `labels.to`, `labels.delay` and `labels.lost`.
std::vector<KeyInfo> late_label_keys();
// Empty when no label is sent. Throws InputError.
std::optional<LateLabelOptions> read_late_labels(const KeyReader& keys);
// The resources of a source that writes its items to `to`.
std::vector<std::string> written_resources(const std::string& to,
                                           const std::optional<LateLabelOptions>& labels);
// One of each label that is sent later.
std::vector<Sample> late_label_samples(const LateLabelOptions& options, const Dataset& dataset);
// Those of a source that sends them.
std::vector<MetricInfo> late_label_metrics();

// The labels that one program of a source still has to send. Labels that are due at the same time are sent
// in the order of their messages.
class LateLabels {
 public:
  // The component's random stream `labels` decides delays and losses. `dataset` has labels.
  LateLabels(LateLabelOptions options, const Dataset& dataset, const MakeContext& context);

  // The message of this id is sent now, and that is its label.
  void add(const std::string& message_id, int label, TimeNs now);
  bool empty() const { return waiting_.empty(); }
  // When the next one is due; none must not be left.
  TimeNs next_ns() const { return waiting_.top().due_ns; }
  // Writes the next one.
  Step write_next(Machine& machine);
  // Those that still wait are among the lost ones: at the end of a run they are.
  std::vector<Metric> metrics() const;
  // Its source was started again after a crash, with which those that waited were lost.
  void add_counts(const LateLabels& crashed);

 private:
  struct Waiting {
    TimeNs due_ns = 0;
    std::uint64_t number = 0;  // in the order of the messages
    std::string message_id;
    int label = 0;

    bool operator>(const Waiting& other) const {
      return due_ns != other.due_ns ? due_ns > other.due_ns : number > other.number;
    }
  };

  LateLabelOptions options_;
  LabelFields fields_;
  RandomStream& random_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::uint64_t added_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
};

// Empty unless labels are sent.
std::optional<LateLabels> make_late_labels(const std::optional<LateLabelOptions>& options,
                                           const Dataset& dataset, const MakeContext& context);

}  // namespace dse
