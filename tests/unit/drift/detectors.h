// What the tests of all detectors share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drift/adwin.h"
#include "drift/ddm.h"
#include "drift/page_hinkley.h"
#include "sequences.h"
#include "support/catch.h"

inline const Sequence& sequence(const std::string& name) {
  static const std::vector<Sequence> all = sequences();
  for (const Sequence& one : all) {
    if (one.name == name) return one;
  }
  FAIL("there is no sequence " << name);
  return all[0];
}

struct Made {
  std::string name;
  std::unique_ptr<dse::DriftDetector> detector;
};

// One of each, new.
inline std::vector<Made> one_of_each() {
  std::vector<Made> all;
  all.push_back({"adwin", std::make_unique<dse::Adwin>()});
  all.push_back({"adwin as in the paper",
                 std::make_unique<dse::Adwin>(dse::AdwinOptions{.variant = dse::AdwinVariant::kPaper})});
  all.push_back({"ddm", std::make_unique<dse::Ddm>()});
  all.push_back({"page-hinkley",
                 std::make_unique<dse::PageHinkley>(dse::PageHinkleyOptions{.delta = 0.1, .threshold = 5})});
  return all;
}

inline std::string saved(const dse::DriftDetector& detector) {
  dse::StateWriter writer;
  detector.save_state(writer);
  return writer.bytes();
}

inline std::string digest(const dse::DriftDetector& detector) {
  dse::Hasher hasher;
  detector.hash_state(hasher);
  return dse::hex64(hasher.digest());
}

// The states after each value from `begin` to before `end`.
inline std::vector<dse::DriftState> states(dse::DriftDetector& detector, const std::vector<double>& values,
                                           std::size_t begin, std::size_t end) {
  std::vector<dse::DriftState> result;
  for (std::size_t at = begin; at < end; ++at) result.push_back(detector.update(values[at]));
  return result;
}

// The places at which the state is `wanted`, as "17 40-42 99".
inline std::string places(const std::vector<dse::DriftState>& states, dse::DriftState wanted) {
  std::string text;
  for (std::size_t at = 0; at < states.size(); ++at) {
    if (states[at] != wanted) continue;
    const std::size_t first = at;
    while (at + 1 < states.size() && states[at + 1] == wanted) ++at;
    text += (text.empty() ? "" : " ") + std::to_string(first);
    if (at > first) text += "-" + std::to_string(at);
  }
  return text;
}
