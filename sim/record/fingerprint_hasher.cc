#include "sim/record/fingerprint_hasher.h"

namespace dse {

void FingerprintHasher::add_prediction(const Message& prediction) {
  predictions_.add(std::string_view(prediction.app_id()));
  predictions_.add(std::string_view(prediction.correlation_id()));
  for (const Headers::Entry& entry : prediction.headers()) {
    predictions_.add(std::string_view(entry.first));
    add_to_hash(predictions_, entry.second);
  }
}

Fingerprints FingerprintHasher::fingerprints(std::uint64_t draws_digest) {
  return {.events = hex64(events_.digest()),
          .payload = hex64(payload_.digest()),
          .draws = hex64(draws_digest),
          .predictions = hex64(predictions_.digest()),
          .models = hex64(models_.digest())};
}

}  // namespace dse
