// A small run directory that a test writes by itself: whole and of this version, until the test changes it.
#pragma once

#include <fstream>
#include <map>
#include <string>

#include "core/version.h"
#include "sim/report/run_directory.h"
#include "support/temporary_folder.h"

struct DraftRun {
  dse::ReportJson summary = {
      {"title", "Digits"},
      {"scenario", "digits.toml"},
      {"scenario_hash", "0123456789abcdef"},
      {"settings", {"seed=7"}},
      {"seed", 7},
      {"until", "drained"},
      {"data", dse::ReportJson::object()},
      {"version", dse::version()},
      {"status", "completed"},
      {"virtual_time_ns", 2'000'000'000},
      {"events", 12},
      {"deliveries", 4},
      {"unroutable", 1},
      {"fingerprint", {{"events", "aa"}, {"models", "bb"}}},
      {"failed_components", {{"echo", 3}}},
      {"metrics", {{"lenet.accuracy", 0.75}, {"digits.max_depth", 3}, {"digits.dead_lettered", 2}}},
      {"drifts", {{{"kind", "inversion"}, {"components", {"camera"}}, {"at_ns", 500'000'000}}}},
      {"faults", {{{"kind", "crash"}, {"component", "lenet"}, {"at_ns", 1'000'000'000}, {"struck", 1}}}},
      {"expectations", {{{"metric", "lenet.accuracy"}, {"min", 0.5}, {"value", 0.75}, {"met", true}}}},
      {"keys", {{"component.camera.images", "images"}}}};
  dse::ReportJson topology = {
      {"components",
       {{{"name", "camera"}, {"kind", "production-source"}, {"writes", {"digits"}}},
        {{"name", "lenet"}, {"kind", "model"}, {"reads", "digits"}, {"writes", {"answers"}}}}},
      {"resources",
       {{{"name", "digits"}, {"queue", true}, {"dead_letter", "dead"}},
        {{"name", "answers"}, {"queue", false}}}},
      {"flows",
       {{{"component", "camera"}, {"resource", "digits"}, {"written", 5}, {"unroutable", 1}},
        {{"component", "lenet"}, {"resource", "digits"}, {"delivered", 4}}}},
      {"bindings",
       {{{"from", "answers"},
         {"to", "votes"},
         {"key", "lenet.*"},
         {"headers", {{"label", 7}}},
         {"passed", 2}}}}};
  dse::ReportJson timing = {{"scenario_path", "/nowhere/digits.toml"},
                            {"files",
                             {"summary.json", "topology.json", "metrics.csv", "confusion.csv",
                              "latencies.csv", "occurrences.csv", "timing.json", "wrong_answers.csv"}}};
  std::map<std::string, std::string> tables = {
      {"metrics.csv",
       "virtual_time_ns,component,metric,value\n1000000000,lenet,accuracy,0.5\n2000000000,lenet,accuracy,0."
       "75\n"},
      {"confusion.csv",
       "component,of,view,truth,prediction,count\nlenet,arrival,overall,7,7,3\nlenet,arrival,overall,7,1,1\n"
       "lenet,arrival,window,7,1,9\n"},
      {"latencies.csv",
       "component,measure,largest_ns,messages\nlenet,latency,50000,3\nlenet,latency,70000,1\n"},
      {"occurrences.csv",
       "virtual_time_ns,component,what,fault,message\n1000000000,lenet,struck,0,\n1000000000,lenet,crashed,,"
       "\n"},
      {"wrong_answers.csv",
       "component,virtual_time_ns,message,answers,label,truth,confidence,source,data_index\n"
       "lenet,1500000000,lenet-3,camera-2,1,7,0.9,camera,2\n"}};

  // Into the folder, which is made.
  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    for (const auto& [name, json] :
         {std::pair("summary.json", &summary), std::pair("topology.json", &topology),
          std::pair("timing.json", &timing)})
      std::ofstream(folder / name, std::ios::binary) << json->dump(2) << "\n";
    for (const auto& [name, text] : tables) std::ofstream(folder / name, std::ios::binary) << text;
  }

  // As it is read back.
  dse::FinishedRun read() const {
    const TemporaryFolder folder;
    write(folder.path() / "run");
    return dse::read_run(folder.path() / "run");
  }
};

// Likewise the folder of an exploration.
struct DraftExploration {
  dse::ReportJson summary = {{"scenario", "scenarios/digits.toml"},
                             {"settings", dse::ReportJson::array()},
                             {"seeds", {1, 3}},
                             {"orderings", 1},
                             {"vary", {{"component.camera.rate", {"1/s", "2/s"}}}},
                             {"version", dse::version()},
                             {"status", "completed"},
                             {"runs", 6},
                             {"failed", 1},
                             {"files", {"failures.csv", "runs.csv", "spread.csv", "summary.json"}}};
  std::map<std::string, std::string> tables = {
      {"runs.csv", "seed,ordering\n1,0\n"},
      {"failures.csv", "failure,replay\nlenet.accuracy is 0.1,dse replay digits.toml --seed 2\n"},
      {"spread.csv",
       "component.camera.rate,metric,runs,min,lower_quartile,median,upper_quartile,max,depends_on_ordering\n"
       "1/s,lenet.accuracy,3,0.1,0.2,0.3,0.4,0.5,false\n2/s,lenet.accuracy,3,0.2,0.3,0.4,0.5,0.6,true\n"}};

  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "summary.json", std::ios::binary) << summary.dump(2) << "\n";
    for (const auto& [name, text] : tables) std::ofstream(folder / name, std::ios::binary) << text;
  }
};
