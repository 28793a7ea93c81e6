#include "kinds/initial_learner.h"

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>

#include "dataset/byte_source.h"
#include "dse/error.h"

namespace dse {
namespace {

// Memory grows only as bytes are read, and no further than the largest learner.
SavedLearner read_saved_learner(const std::string& path, DatasetCache& files) {
  constexpr std::size_t kBlockBytes = 1 << 16;
  ByteSource source(path);
  SavedLearner saved{.file = path, .bytes = ""};
  bool too_large = !source.gzipped() && source.file_bytes() > kSavedLearnerBytesMax;
  for (std::size_t got = kBlockBytes; got == kBlockBytes && !too_large;) {
    const std::size_t size = saved.bytes.size();
    saved.bytes.resize(size + kBlockBytes);
    got = source.read(std::as_writable_bytes(std::span(saved.bytes).subspan(size)));
    saved.bytes.resize(size + got);
    too_large = saved.bytes.size() > kSavedLearnerBytesMax;
  }
  if (too_large) {
    throw InputError({.file = path},
                     fmt::format("has more than {} bytes, which no learner needs", kSavedLearnerBytesMax));
  }
  files.note_digest(path, source.digest());
  return saved;
}

}  // namespace

SavedLearner read_initial(const NamedFile& initial, DatasetCache& files) {
  try {
    return read_saved_learner(initial.path, files);
  } catch (const InputError& refusal) {
    throw InputError(initial.place,
                     fmt::format("{}; name a file that `dse replay --save-models` wrote", refusal.what()));
  }
}

void load_initial(const NamedFile& initial, const LearnerKind& kind, DatasetCache& files, Learner& learner) {
  const SavedLearner saved = read_initial(initial, files);
  try {
    load_learner(saved, kind, learner);
  } catch (const InputError& refusal) {
    throw InputError(initial.place, refusal.what());
  }
}

}  // namespace dse
