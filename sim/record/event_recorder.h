// Writes what happens in a run to events.sqlite: every event, what it was about, and which event led to it.
// docs/event-record.md describes its schema.
//
// The deciding thread hands over events in chunks, which a separate thread writes. The same events give the
// same bytes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bus/data_bus.h"
#include "dse/message.h"
#include "dse/observer.h"
#include "dse/random.h"
#include "dse/time.h"
#include "sim/record/database.h"
#include "sim/record/fingerprint_hasher.h"

namespace dse {

struct RecordedEvent {
  std::uint64_t number = 0;  // from 1
  std::uint64_t cause = 0;   // the number of the event that led to it; 0: the start of the run
  TimeNs time_ns = 0;
  EventCode kind = EventCode::kStarted;
  ComponentIndex component;
  ResourceIndex resource = kNoResource;
  std::uint32_t route = 0;         // as returned by EventRecorder::route; 0: none
  std::uint32_t fault = kNoFault;  // the fault that strikes; then it is a row of table `strike`
  MessagePtr message;
};

// What a model had learned, or a program had said, at some moment.
struct ModelState {
  ComponentIndex component;
  TimeNs time_ns = 0;         // when the last message was learned
  std::uint64_t learned = 0;  // messages
  std::uint64_t digest = 0;   // XXH3 of what decides its later predictions
  std::string call = {};      // the call to which a program said the last of it; "" for a model
};

// What one binding of the scenario did.
struct BindingCount {
  const BindingSpec& binding;
  ResourceIndex exchange;
  ResourceIndex queue;
  std::uint64_t passed = 0;  // messages
};

// A planted fault of the scenario.
struct FaultRow {
  std::string name;  // "" if it has none
  std::string kind;
  std::string component;
};

// A planted drift of the scenario.
struct DriftRow {
  std::string name;  // "" if it has none
  std::string kind;
  std::vector<std::string> components;
  std::string transition;
  TimeNs at_ns = 0;
  TimeNs width_ns = 0;
  TimeNs period_ns = 0;
};

// What is known only when the run is over.
struct RecordEnding {
  std::vector<std::pair<std::string, std::string>> run;  // keys and values of table `run`
  std::vector<std::string> components;                   // names by number
  std::vector<std::string> resources;
  std::vector<BindingCount> bindings;
  std::vector<DriftRow> drifts;
  std::vector<FaultRow> faults;
  std::vector<ModelState> model_states;
  std::vector<RandomStreams::Draws> draws;
};

class EventRecorder final : public Observer {
 public:
  // The version of the schema; it changes with every table or column.
  static constexpr int kSchema = 5;

  // Creates the file. Throws RunError when it cannot be written, as does every call below.
  explicit EventRecorder(const std::string& path);
  // Stops the writer; the file is whole only after finish().
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  // The clients of a listener are numbered behind the components, whose number this is.
  void set_components(std::size_t components) { components_ = components; }

  // All calls come from one thread.
  void on_event(const RunEvent& event) override;
  void add(RecordedEvent&& event);
  // The number of this set of queues, for RecordedEvent::route.
  std::uint32_t route(std::span<const ResourceIndex> queues);
  // Writes the rest and closes the file. Called once, last.
  void finish(const RecordEnding& ending);

 private:
  using Chunk = std::vector<RecordedEvent>;
  // How many events cross to the writer at once, and how many chunks may wait for it.
  static constexpr std::size_t kChunkEvents = 4096;
  static constexpr std::size_t kChunksMax = 16;

  void hand_over();
  void stop();
  void write_chunks();
  void write(const Chunk& chunk);
  void write_strike(const RecordedEvent& event);
  std::int64_t message_number(const Message& message);
  void write_ending(const RecordEnding& ending);

  std::size_t components_ = 0;
  Chunk filling_;
  std::map<std::vector<ResourceIndex>, std::uint32_t> routes_;
  std::vector<ResourceIndex> wanted_route_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> waiting_;
  bool stopping_ = false;
  std::exception_ptr error_;

  // Used by the writer, and by finish() when the writer has ended:
  Database database_;
  Statement insert_event_;
  Statement insert_message_;
  Statement insert_strike_;
  std::unordered_map<std::uint64_t, std::int64_t> message_numbers_;  // by hash of the id

  std::thread writer_;  // last: it uses the others
};

}  // namespace dse
