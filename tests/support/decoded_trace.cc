#include "support/decoded_trace.h"

#include <protozero/pbf_reader.hpp>
#include <stdexcept>

namespace {

using protozero::pbf_reader;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("trace: " + what); }

// EventName and DebugAnnotationName: iid = 1, name = 2.
void read_name(pbf_reader message, std::map<std::uint64_t, std::string>& names) {
  std::uint64_t iid = 0;
  std::string name;
  while (message.next()) {
    if (message.tag() == 1) {
      iid = message.get_uint64();
    } else if (message.tag() == 2) {
      name = message.get_string();
    } else {
      message.skip();
    }
  }
  if (iid == 0 || !names.emplace(iid, name).second) fail("an interned name has no number of its own");
}

class Decoder {
 public:
  void read_packet(pbf_reader packet) {
    bool has_event = false;
    std::string event;
    std::uint64_t passed_ns = 0;
    std::uint32_t sequence = 0;
    std::uint32_t flags = 0;
    while (packet.next()) {
      switch (packet.tag()) {
        case 6:
          read_clocks(packet.get_message());
          break;
        case 8:
          passed_ns = packet.get_uint64();
          break;
        case 10:
          sequence = packet.get_uint32();
          break;
        case 11:
          event = packet.get_bytes();
          has_event = true;
          break;
        case 12:
          read_interned(packet.get_message());
          break;
        case 13:
          flags = packet.get_uint32();
          break;
        case 59:
          read_defaults(packet.get_message());
          break;
        case 60:
          read_track(packet.get_message());
          break;
        default:
          fail("a packet has field " + std::to_string(packet.tag()));
      }
    }
    if (sequence != 1) fail("a packet is of another sequence");
    if (!has_event) return;
    if (clock_ != 64 || !is_incremental_) fail("the sequence has no clock of its own");
    if (flags != 2) fail("an event does not say that it needs the names before it");
    if (passed_ns > INT64_MAX / 2) fail("time goes back");
    now_ns_ += static_cast<std::int64_t>(passed_ns);
    read_event(pbf_reader(event));
  }

  DecodedTrace take() { return std::move(trace_); }

 private:
  void read_clocks(pbf_reader snapshot) {
    while (snapshot.next()) {
      if (snapshot.tag() != 1) {
        snapshot.skip();
        continue;
      }
      pbf_reader clock = snapshot.get_message();
      std::uint32_t id = 0;
      while (clock.next()) {
        if (clock.tag() == 1) {
          id = clock.get_uint32();
        } else if (clock.tag() == 2) {
          if (clock.get_uint64() != 0) fail("a clock does not start at 0");
        } else if (clock.tag() == 3) {
          is_incremental_ = clock.get_bool() && id == 64;
        } else {
          clock.skip();
        }
      }
    }
  }

  void read_defaults(pbf_reader defaults) {
    while (defaults.next()) {
      if (defaults.tag() == 58) {
        clock_ = defaults.get_uint32();
      } else {
        defaults.skip();
      }
    }
  }

  void read_interned(pbf_reader interned) {
    while (interned.next()) {
      if (interned.tag() == 2) {
        read_name(interned.get_message(), event_names_);
      } else if (interned.tag() == 3) {
        read_name(interned.get_message(), annotation_names_);
      } else {
        fail("interned data has field " + std::to_string(interned.tag()));
      }
    }
  }

  void read_track(pbf_reader descriptor) {
    std::uint64_t uuid = 0;
    DecodedTrack track;
    while (descriptor.next()) {
      switch (descriptor.tag()) {
        case 1:
          uuid = descriptor.get_uint64();
          break;
        case 2:
          track.name = descriptor.get_string();
          break;
        case 5:
          track.parent = descriptor.get_uint64();
          break;
        case 8:
          track.is_counter = true;
          descriptor.skip();
          break;
        default:
          descriptor.skip();
      }
    }
    if (uuid == 0 || !trace_.tracks.emplace(uuid, track).second) fail("a track has no number of its own");
    if (track.parent != 0 && !trace_.tracks.contains(track.parent)) fail("a track's parent comes later");
  }

  void read_event(pbf_reader message) {
    DecodedEvent event{.time_ns = now_ns_};
    bool has_name = false;
    while (message.next()) {
      switch (message.tag()) {
        case 4:
          read_annotation(message.get_message(), event);
          break;
        case 9:
          event.type = static_cast<DecodedEvent::Type>(message.get_enum());
          break;
        case 10:
          event.name = event_names_.at(message.get_uint64());
          has_name = true;
          break;
        case 11:
          event.track = message.get_uint64();
          break;
        case 30:
          event.value = static_cast<double>(message.get_int64());
          break;
        case 44:
          event.value = message.get_double();
          break;
        case 47:
          event.flows.push_back(message.get_fixed64());
          break;
        default:
          fail("an event has field " + std::to_string(message.tag()));
      }
    }
    const bool is_counter = event.type == DecodedEvent::kCounter;
    if (!trace_.tracks.contains(event.track)) fail("an event's track is not described before");
    if (trace_.tracks.at(event.track).is_counter != is_counter)
      fail("an event is on a track of another kind");
    if (has_name != (event.type == DecodedEvent::kBegin || event.type == DecodedEvent::kInstant))
      fail("an event has no name, or one too many");
    trace_.events.push_back(std::move(event));
  }

  void read_annotation(pbf_reader message, DecodedEvent& event) {
    std::string name;
    std::string value;
    while (message.next()) {
      if (message.tag() == 1) {
        name = annotation_names_.at(message.get_uint64());
      } else if (message.tag() == 4) {
        value = std::to_string(message.get_int64());
      } else if (message.tag() == 6) {
        value = message.get_string();
      } else {
        fail("an annotation has field " + std::to_string(message.tag()));
      }
    }
    event.annotations[name] = value;
  }

  DecodedTrace trace_;
  std::map<std::uint64_t, std::string> event_names_;
  std::map<std::uint64_t, std::string> annotation_names_;
  std::int64_t now_ns_ = 0;
  std::uint32_t clock_ = 0;
  bool is_incremental_ = false;
};

}  // namespace

std::string DecodedTrace::path_of(std::uint64_t track) const {
  const DecodedTrack& one = tracks.at(track);
  return one.parent == 0 ? one.name : path_of(one.parent) + "/" + one.name;
}

std::vector<DecodedSlice> DecodedTrace::slices() const {
  std::vector<DecodedSlice> slices;
  std::map<std::uint64_t, std::vector<DecodedSlice>> open;  // by track
  for (const DecodedEvent& event : events) {
    std::vector<DecodedSlice>& own = open[event.track];
    if (event.type == DecodedEvent::kBegin) {
      own.push_back({.track = event.track,
                     .begin_ns = event.time_ns,
                     .name = event.name,
                     .annotations = event.annotations});
    } else if (event.type == DecodedEvent::kEnd) {
      if (own.empty()) fail("an end on " + path_of(event.track) + " has no beginning");
      own.back().end_ns = event.time_ns;
      slices.push_back(own.back());
      own.pop_back();
    }
  }
  for (auto& [track, own] : open) slices.insert(slices.end(), own.begin(), own.end());
  return slices;
}

std::map<std::uint64_t, std::vector<std::size_t>> DecodedTrace::flows() const {
  std::map<std::uint64_t, std::vector<std::size_t>> flows;
  for (std::size_t place = 0; place < events.size(); ++place) {
    for (const std::uint64_t flow : events[place].flows) flows[flow].push_back(place);
  }
  return flows;
}

std::map<std::string, std::vector<double>> DecodedTrace::counters() const {
  std::map<std::string, std::vector<double>> counters;
  for (const DecodedEvent& event : events) {
    if (event.type == DecodedEvent::kCounter) counters[path_of(event.track)].push_back(event.value);
  }
  return counters;
}

DecodedTrace decode_trace(std::string_view bytes) {
  Decoder decoder;
  pbf_reader trace(bytes.data(), bytes.size());
  while (trace.next()) {
    if (trace.tag() != 1) fail("it holds more than packets");
    decoder.read_packet(trace.get_message());
  }
  return decoder.take();
}
