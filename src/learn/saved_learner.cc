#include "learn/saved_learner.h"

#include <fmt/format.h>

#include <span>
#include <string_view>

#include "dse/error.h"
#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/input_words.h"

namespace dse {
namespace {

constexpr std::string_view kMagic = "DSELEARN";
constexpr std::size_t kChecksumBytes = 8;
// Magic, version and size, which every version has.
constexpr std::size_t kPrefixBytes = 8 + 4 + 8;
constexpr std::string_view kProgramState = "a component with `kind = \"program\"`";
constexpr std::string_view kLearnerState = "a model's learner";
constexpr std::string_view kSaveAnew = "save it anew with `dse replay --save-models`";

std::uint64_t checksum(std::string_view bytes) {
  return hash_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

[[noreturn]] void refuse(const SavedLearner& saved, const std::string& text) {
  throw InputError({.file = saved.file}, text);
}

// Throws unless the bytes are a whole file of this version, exactly as it was written.
void require_intact(const SavedLearner& saved) {
  const std::string_view bytes = saved.bytes;
  if (!bytes.starts_with(kMagic)) {
    refuse(saved, fmt::format("is not a learner's state: it does not begin with {}; name a file that "
                              "`dse replay --save-models` wrote",
                              kMagic));
  }
  if (bytes.size() < kPrefixBytes) {
    refuse(saved, fmt::format("is cut short: it has {} bytes in all; copy it again, or {}", bytes.size(),
                              kSaveAnew));
  }
  StateReader prefix(bytes.substr(kMagic.size()), saved.file);
  const std::uint32_t version = prefix.u32();
  if (version != kSavedLearnerVersion) {
    refuse(saved, fmt::format("is a learner's state of format version {}; this program reads version {}: {}",
                              version, kSavedLearnerVersion, kSaveAnew));
  }
  const std::uint64_t size = prefix.u64();
  if (size > bytes.size()) {
    refuse(saved, fmt::format("is cut short: it has {} of its {} bytes; copy it again, or {}", bytes.size(),
                              size, kSaveAnew));
  }
  if (size < bytes.size()) {
    refuse(saved, fmt::format("has trailing bytes: it says that it has {}, but has {}; copy it again, or {}",
                              size, bytes.size(), kSaveAnew));
  }
  if (size < kPrefixBytes + kChecksumBytes) {
    refuse(saved, fmt::format("is damaged: it has {} bytes in all; copy it again, or {}", size, kSaveAnew));
  }
  const std::string_view covered = bytes.substr(0, bytes.size() - kChecksumBytes);
  StateReader last(bytes.substr(covered.size()), saved.file);
  if (last.u64() != checksum(covered)) {
    refuse(saved, fmt::format("is damaged: its checksum does not match; copy it again, or {}", kSaveAnew));
  }
}

// The two numbers that tell what a learner is given: an image's rows and columns, or a row's numbers and 0.
struct Sides {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
};

Sides sides_of(const LearnerOptions& options) {
  if (!options.takes_images()) return {.rows = static_cast<std::uint32_t>(options.features)};
  return {static_cast<std::uint32_t>(options.shape.rows), static_cast<std::uint32_t>(options.shape.columns)};
}

std::string in_words(const Sides& sides) {
  if (sides.columns == 0) return input_words({}, static_cast<int>(sides.rows));
  return input_words({static_cast<int>(sides.rows), static_cast<int>(sides.columns)}, 0);
}

void require_kind(const SavedLearner& saved, const LearnerKind& kind, StateReader& reader) {
  const std::string_view name = reader.text(kLearnerNameBytesMax);
  const auto [rows, columns] = sides_of(kind.options);
  const std::uint32_t saved_rows = reader.u32();
  const std::uint32_t saved_columns = reader.u32();
  // A component that is a program has no images.
  if ((saved_rows == 0) != (rows == 0)) {
    refuse(saved, fmt::format("is the state of {}, and not of {}: name another file",
                              saved_rows == 0 ? kProgramState : kLearnerState,
                              saved_rows == 0 ? kLearnerState : kProgramState));
  }
  if (name != kind.name) {
    refuse(saved,
           fmt::format("is the state of the learner {}, but the model's is {}: set `learner = \"{}\"`, or "
                       "name another file",
                       name, kind.name, name));
  }
  if (saved_rows != rows || saved_columns != columns) {
    refuse(saved,
           fmt::format("was learned from {}, but the model takes {}: feed it what it was learned from, "
                       "or name another file",
                       in_words({saved_rows, saved_columns}), in_words({rows, columns})));
  }
  const std::uint32_t saved_classes = reader.u32();
  if (saved_classes != static_cast<std::uint32_t>(kind.options.classes)) {
    refuse(saved,
           fmt::format("has {} classes, but the model has {}: set `classes = {}`, or name another file",
                       saved_classes, kind.options.classes, saved_classes));
  }
}

}  // namespace

std::string seal_state(std::string_view state, const LearnerKind& kind) {
  StateWriter content;
  content.add_text(kind.name);
  const Sides sides = sides_of(kind.options);
  content.add_u32(sides.rows);
  content.add_u32(sides.columns);
  content.add_u32(static_cast<std::uint32_t>(kind.options.classes));

  StateWriter prefix;
  prefix.add_u32(kSavedLearnerVersion);
  prefix.add_u64(kPrefixBytes + content.bytes().size() + state.size() + kChecksumBytes);
  std::string bytes = std::string(kMagic) + prefix.bytes() + content.bytes();
  bytes += state;
  StateWriter end;
  end.add_u64(checksum(bytes));
  return bytes + end.bytes();
}

std::string_view open_state(const SavedLearner& saved, const LearnerKind& kind) {
  require_intact(saved);
  const std::string_view bytes = saved.bytes;
  StateReader reader(bytes.substr(kPrefixBytes, bytes.size() - kPrefixBytes - kChecksumBytes), saved.file);
  require_kind(saved, kind, reader);
  return bytes.substr(bytes.size() - kChecksumBytes - reader.left(), reader.left());
}

std::string save_learner(const Learner& learner, const LearnerKind& kind) {
  StateWriter state;
  learner.save_state(state);
  return seal_state(state.bytes(), kind);
}

void load_learner(const SavedLearner& saved, const LearnerKind& kind, Learner& learner) {
  StateReader reader(open_state(saved, kind), saved.file);
  learner.load_state(reader);
  reader.finish();
}

}  // namespace dse
