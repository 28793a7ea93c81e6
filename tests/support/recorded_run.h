// Records of events that a test makes up, and of small worlds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/record/event_record.h"
#include "sim/record/event_recorder.h"
#include "support/open_world.h"

// A record under construction: what happened, in order, and what was known at the end.
struct DraftRecord {
  struct Step {
    dse::RecordedEvent event;
    std::vector<dse::ResourceIndex> queues = {};  // those that took a copy
  };
  std::vector<Step> steps;
  dse::RecordEnding ending;

  void write(const std::string& path) const {
    dse::EventRecorder recorder(path);
    for (const Step& step : steps) {
      dse::RecordedEvent event = step.event;
      event.route = recorder.route(step.queues);
      recorder.add(std::move(event));
    }
    recorder.finish(ending);
  }
};

inline dse::MessagePtr text_message(const std::string& id, const std::string& payload,
                                    const std::string& correlation = "") {
  return dse::make_message({.payload = dse::Payload::copy_of(payload),
                            .key = "key",
                            .id = id,
                            .correlation_id = correlation,
                            .app_id = "writer",
                            .content_type = "text/plain",
                            .timestamp = 7});
}

// Runs the world with a record of events at `path`.
inline dse::RunResult record_world(OpenWorld& world, const std::string& path) {
  dse::EventRecorder recorder(path);
  world.options.recorder = &recorder;
  dse::RunResult result = world.run();
  world.options.recorder = nullptr;
  return result;
}

inline std::vector<dse::EventRow> events_of(const dse::EventRecord& record) {
  std::vector<dse::EventRow> rows;
  dse::EventRecord::Events events = record.events();
  while (const auto row = events.next()) rows.push_back(*row);
  return rows;
}
