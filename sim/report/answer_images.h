// The images that models answered wrongly, from the data files of a finished run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dse/dataset.h"
#include "sim/report/run_directory.h"

namespace dse {

class AnswerImages {
 public:
  // The run must outlive this.
  explicit AnswerImages(const FinishedRun& run) : run_(run) {}

  // The image that the answer is about, as a PNG in a data URI; "" when there is none.
  std::string uri(const WrongAnswer& answer);
  // Why there was none, for human readers: each reason once.
  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  // The images of a component of the run; null when they cannot be had, with the reason noted.
  std::shared_ptr<const Dataset> images_of(const std::string& component);
  // Throws an InputError that says why they cannot be had.
  std::shared_ptr<const Dataset> load(const std::string& component) const;
  void note(const std::string& reason);
  // What the scenario says under this key, as text; "" if nothing.
  std::string key(const std::string& key) const;
  // The same for a list of texts, or one text.
  std::vector<std::string> texts(const std::string& key) const;

  const FinishedRun& run_;
  std::map<std::string, std::shared_ptr<const Dataset>> images_;  // by component
  std::vector<std::string> reasons_;
};

}  // namespace dse
