// The fingerprints of each component by itself, as an observer of a run: what it did and what reached it. A
// component more changes those of nobody who shares no queue with it and reads nothing that follows from what
// it writes. Used by the thread that decides.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "dse/observer.h"
#include "sim/record/fingerprint_hasher.h"

namespace dse {

class ComponentFingerprints final : public Observer {
 public:
  // The broker gives the hashes of resources, and must outlive this; `components` are the names by number.
  ComponentFingerprints(const Broker& broker, std::vector<std::string> components);

  void on_event(const RunEvent& event) override;
  // What the component has learned is to be added here.
  Hasher& models(ComponentIndex component) { return hashers_[component].models(); }
  // By name. `draws_digest` gives the digest of what the component of that name has drawn.
  template <typename DrawsDigest>
  std::map<std::string, Fingerprints> fingerprints(const DrawsDigest& draws_digest) {
    std::map<std::string, Fingerprints> all;
    for (ComponentIndex component; component != names_.next(); ++component) {
      const std::string& name = names_[component];
      all.emplace(name, hashers_[component].fingerprints(draws_digest(name)));
    }
    return all;
  }

 private:
  const Broker& broker_;
  IndexedVector<ComponentIndex, std::string> names_;
  IndexedVector<ComponentIndex, FingerprintHasher> hashers_;
};

}  // namespace dse
