// Runs an application on a fake link, and makes the small data sets that the applications read.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dse/app.h"
#include "dse/component.h"
#include "dse/dataset.h"
#include "dse/random.h"
#include "support/temporary_folder.h"
#include "unit/dataset/idx_files.h"
#include "unit/sdk/fake_link.h"

// What an application is made with; what it keeps, reports and decides is collected here.
struct Stage {
  dse::RandomStreams random{1};
  std::shared_ptr<const dse::Dataset> data = nullptr;
  std::vector<std::string> lines;
  std::vector<std::pair<std::string, int>> verdicts;
  std::vector<std::pair<std::string, int>> truths;
  std::vector<std::pair<std::string, std::uint32_t>> indices;
  std::vector<std::pair<std::string, std::vector<double>>> probabilities;  // by the answer's id

  dse::MakeContext context(const std::string& name, std::uint32_t prefetch = 0) {
    return {.name = name,
            .prefetch = prefetch,
            .random = [this, name](const std::string& purpose) -> dse::RandomStream& {
              return random.stream(name, purpose);
            },
            .open_lines = [this](const std::string&) -> dse::LineSink {
              return [this](std::string_view line) { lines.emplace_back(line); };
            },
            .own_data = [this] { return data; },
            .truth = [this](const std::string& id, int label) { truths.emplace_back(id, label); },
            .index = [this](const std::string& id, std::uint32_t index) { indices.emplace_back(id, index); },
            .verdict = [this](const std::string& id, int label) { verdicts.emplace_back(id, label); },
            .probabilities =
                [this](const dse::Message& answer, std::span<const double> told) {
                  probabilities.emplace_back(answer.id(), std::vector<double>(told.begin(), told.end()));
                }};
  }
};

// An application's machine on a fake link, started.
struct AppRun {
  FakeLink link;
  dse::Machine machine;

  AppRun(const std::string& name, dse::App& app) : machine(name, link) { machine.start(app.program()); }

  // Runs to the end of the program, or until it waits for a message.
  void run() { link.run(machine); }
  void deliver(dse::MessageFields fields, std::uint64_t tag = 0, bool redelivered = false) {
    machine.deliver({dse::make_message(std::move(fields)), tag, redelivered});
    run();
  }
};

// Images 0, 1, 2, … of 2 x 3 pixels that all have the image's number; labels are the number modulo 10.
inline std::shared_ptr<const dse::Dataset> small_dataset(std::uint32_t count, bool labels = true) {
  const TemporaryFolder folder;
  const std::string images = write_file(folder.file("images"), image_file(count, 2, 3));
  if (!labels) return dse::load_dataset(images, std::nullopt);
  return dse::load_dataset(images, write_file(folder.file("labels"), label_file(count)));
}

// Which image of small_dataset it is.
inline int image_number(const dse::Message& message) {
  return message.payload().size() == 6 ? std::to_integer<int>(message.payload().bytes()[0]) : -1;
}

inline double metric(const dse::App& app, const std::string& name) {
  for (const dse::Metric& one : app.metrics()) {
    if (one.name == name) return one.value;
  }
  return -1;
}
