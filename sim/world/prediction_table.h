// predictions.csv: one line per answer in a run with a record. Used by the deciding thread alone.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "dse/app.h"
#include "dse/observer.h"
#include "sim/world/scorer.h"

namespace dse {

class PredictionTable final : public Observer {
 public:
  // `scorer` knows the true labels, and must outlive this.
  PredictionTable(LineSink lines, const Scorer& scorer);

  // Notes that the message shows the image with this index in its data file.
  void note_index(const std::string& message_id, std::uint32_t index) {
    indices_.insert_or_assign(message_id, index);
  }
  void on_event(const RunEvent& event) override;

 private:
  LineSink lines_;
  const Scorer& scorer_;
  std::unordered_map<std::string, std::uint32_t> indices_;  // by message id
};

}  // namespace dse
