// The images that models answered wrongly, from the data files of a finished run.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "dse/dataset.h"
#include "sim/report/run_directory.h"

namespace dse {

class AnswerImages {
 public:
  // The run must outlive this.
  explicit AnswerImages(const FinishedRun& run) : run_(run) {}

  // The image that the answer is about, as a PNG in a data URI; "" when there is none.
  std::string uri(const WrongAnswer& answer);
  // Why there is none, for human readers; "" when every image that was asked for was there.
  const std::string& reason() const { return reason_; }

 private:
  // The images of a component of the run; null when they cannot be had, with the reason noted.
  std::shared_ptr<const Dataset> images_of(const std::string& component);
  std::shared_ptr<const Dataset> load(const std::string& component);
  // What the scenario says under this key, as text; "" if nothing.
  std::string key(const std::string& key) const;

  const FinishedRun& run_;
  std::map<std::string, std::shared_ptr<const Dataset>> images_;  // by component
  std::string reason_;
};

}  // namespace dse
