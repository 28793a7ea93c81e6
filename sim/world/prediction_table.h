// predictions.csv: a line for each answer of a run that is recorded. Of the thread that decides.
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
  // `scorer` knows the truths, and must outlive this.
  PredictionTable(LineSink lines, const Scorer& scorer);

  // The message shows this image of its data file.
  void note_index(const std::string& message_id, std::uint32_t index) {
    indices_.insert_or_assign(message_id, index);
  }
  void on_event(const RunEvent& event) override;

 private:
  LineSink lines_;
  const Scorer& scorer_;
  std::unordered_map<std::string, std::uint32_t> indices_;  // by message
};

}  // namespace dse
