// A Perfetto trace as its packets say, read by a test with protozero's reader and the numbers of Perfetto's
// own format: it shares nothing with what writes it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct DecodedTrack {
  std::string name;
  std::uint64_t parent = 0;
  bool is_counter = false;
};

struct DecodedEvent {
  enum Type { kNone = 0, kBegin = 1, kEnd = 2, kInstant = 3, kCounter = 4 };
  std::int64_t time_ns = 0;
  std::uint64_t track = 0;
  Type type = kNone;
  std::string name;
  double value = 0;  // what a counter has
  std::vector<std::uint64_t> flows;
  std::map<std::string, std::string> annotations;  // numbers as decimals
};

// A beginning and its end on one track.
struct DecodedSlice {
  std::uint64_t track = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = -1;  // -1: it has none
  std::string name;
  std::map<std::string, std::string> annotations;
};

struct DecodedTrace {
  std::map<std::uint64_t, DecodedTrack> tracks;
  std::vector<DecodedEvent> events;  // in the order of the file

  // "components/lenet/depth"
  std::string path_of(std::uint64_t track) const;
  // Those of each track in the order of their ends. Throws where an end has no beginning.
  std::vector<DecodedSlice> slices() const;
  // The events that carry each flow id, in the order of the file; by the place of each.
  std::map<std::uint64_t, std::vector<std::size_t>> flows() const;
  // The values of the counters in order, by path.
  std::map<std::string, std::vector<double>> counters() const;
};

// Throws when the bytes are no such trace: a packet without a track, a name that was not given, a time that
// is not on the sequence's clock.
DecodedTrace decode_trace(std::string_view bytes);
