// What happened in a run, on virtual time, whatever the format of the file that shows it: tracks, and what is
// on them in the order of time.
//
// Each component has a group of tracks: one for instants (what it published, refused, and how it lived), one
// or more lanes of slices (its services), one for each curve of its accuracy. Each queue has a track for
// instants (what it expired, dropped or gave up) and one for its depth. Slices of one track do not overlap;
// where services of one component do, because it holds several messages until it ends, it has more lanes.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "dse/time.h"

namespace dse {

inline constexpr std::uint32_t kNoTrack = UINT32_MAX;

enum class TrackKind : std::uint8_t { kGroup, kInstants, kSlices, kCounter };

struct TraceTrack {
  std::string name;
  TrackKind kind = TrackKind::kGroup;
  std::uint32_t parent = kNoTrack;  // the place of a track that comes before this one
};

// One delivery: from when its component began to handle the message until it settled it, or lost it.
struct TraceSlice {
  TimeNs begin_ns = 0;
  TimeNs end_ns = 0;
  std::uint64_t begin_order = 0;  // as TraceEntry::order
  std::uint64_t end_order = 0;
  std::uint64_t copy = 0;  // the id of the copy that was delivered; 0: not known
  TimeNs wait_ns =
      -1;  // from the writing of the message until `begin_ns`; -1: its time of writing is not known
  std::uint32_t component = 0;
  std::uint32_t name = 0;     // text: who wrote it
  std::uint32_t message = 0;  // its number in the record, from 1
  std::uint32_t outcome = 0;  // text: "acknowledged", "rejected", "requeued", or why it was not settled
  std::uint32_t track = kNoTrack;
};

// Something at one time. A publication has an arrow to each delivery of its copies, and an answer one from
// the delivery of what it answers.
struct TraceMark {
  std::uint32_t name = 0;        // text
  std::uint32_t detail = 0;      // text; 0: none
  std::uint32_t message = 0;     // 0: none
  std::uint32_t copies = 0;      // how many queues took one
  std::uint64_t first_copy = 0;  // the ids of the copies count from this one
  std::uint64_t answered = 0;    // the copy that it answers; 0: none
};

enum class EntryKind : std::uint8_t { kBegin, kEnd, kInstant, kCounter };

struct TraceEntry {
  TimeNs time_ns = 0;
  std::uint64_t order =
      0;  // among those of one time; of events and of what follows from them it is that of the record
  std::uint32_t track = 0;
  std::uint32_t item = 0;  // its place in the slices, the marks or the values
  EntryKind kind = EntryKind::kInstant;
};

// Texts by number; 0 is "".
class TraceTexts {
 public:
  std::uint32_t number_of(const std::string& text);
  const std::string& operator[](std::uint32_t number) const { return texts_[number]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_ = {""};
  std::unordered_map<std::string, std::uint32_t> numbers_ = {{"", 0}};
};

struct RunTrace {
  std::string scenario;
  std::vector<TraceTrack> tracks;
  TraceTexts texts;
  std::uint32_t settled = 0;                 // the text of the usual outcome, "acknowledged"
  std::vector<std::string> messages = {""};  // their ids, by number, fit to be shown
  std::vector<TraceSlice> slices;
  std::vector<TraceMark> marks;
  std::vector<double> values;       // which counters have
  std::vector<bool> delivered;      // by id of the copy: whether there is a slice of it
  std::vector<TraceEntry> entries;  // by time

  // The ids of the copies that an arrow leaves with or comes with: those that have another end.
  void flows_of(const TraceMark& mark, std::vector<std::uint64_t>& flows) const;
};

}  // namespace dse
