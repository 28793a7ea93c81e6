#include "drift/drift_detector.h"

namespace dse {

void DriftDetector::hash_state(Hasher& hasher) const {
  StateWriter writer;
  save_state(writer);
  hasher.add(writer.bytes());
}

}  // namespace dse
