#include "sim/results/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/counted.h"
#include "core/csv.h"
#include "core/version.h"
#include "dse/hash.h"
#include "sim/results/binding_counts.h"
#include "sim/results/numbers.h"
#include "sim/results/observed_files.h"
#include "sim/scenario/drift_check.h"
#include "sim/scenario/fault_check.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/topology.h"
#include "sim/world/refusals.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<double>& value) {
  return value ? json_number<Json>(*value) : Json(nullptr);
}

void add_keys(Json& json, const MetricExpectation& expect, const ExpectationResult& one) {
  json["metric"] = expect.metric;
  json["min"] = optional_number(expect.min);
  json["max"] = optional_number(expect.max);
  if (expect.equals) json["equals"] = json_number<Json>(*expect.equals);
  if (expect.by_ns) json["by"] = format_duration(*expect.by_ns);
  if (expect.after_faults_ns) json["after_faults"] = format_duration(*expect.after_faults_ns);
  if (expect.rises) json["rises"] = true;
  json["value"] = optional_number(one.value);
}

void add_keys(Json& json, const DeliveryExpectation& expect, const ExpectationResult&) {
  if (!expect.resource.empty()) json["resource"] = expect.resource;
  if (expect.consumer) json["consumer"] = *expect.consumer;
  if (expect.delivered) json["delivered"] = guarantee_name(*expect.delivered);
  if (expect.fifo) json["order"] = "fifo";
  if (expect.lost) json["lost"] = *expect.lost;
}

void add_keys(Json& json, const StatusExpectation& expect, const ExpectationResult&) {
  json["status"] = status_name(expect.status);
}

void add_keys(Json& json, const StrikeExpectation& expect, const ExpectationResult& one) {
  json["fault"] = expect.fault;
  if (expect.min) json["struck"]["min"] = *expect.min;
  if (expect.max) json["struck"]["max"] = *expect.max;
  if (expect.equals) json["struck"]["equals"] = *expect.equals;
  json["value"] = optional_number(one.value);
}

// A run that was cut off is not judged: what is missing might still have come.
bool is_judged(const RunResult& result) { return result.status != RunStatus::kInterrupted; }

// The expectation's keys that the scenario gives, and its outcome.
Json expectation_json(const ExpectationResult& one, bool run_judged) {
  const bool judged = run_judged && one.judged;
  Json json;
  if (!one.expectation.name.empty()) json["name"] = one.expectation.name;
  std::visit([&](const auto& what) { add_keys(json, what, one); }, one.expectation.what);
  if (one.expectation.fails) json["fails"] = true;
  json["met"] = judged ? Json(one.met) : Json(nullptr);
  if (judged && !one.detail.empty()) json["detail"] = one.detail;
  return json;
}

// What each fault of the scenario has done, in its order.
Json faults_json(const Scenario& scenario, const RunResult& result) {
  Json list = Json::array();
  for (std::size_t number = 0; number < result.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    Json json;
    if (!fault.name.empty()) json["name"] = fault.name;
    json["kind"] = fault_name(fault.kind);
    json["component"] = fault.component;
    if (!fault.on) json["on"] = false;
    if (fault.at_ns) json["at_ns"] = *fault.at_ns;
    if (fault.from_ns > 0) json["from_ns"] = fault.from_ns;
    if (fault.until_ns) json["until_ns"] = *fault.until_ns;
    json["struck"] = result.faults[number].struck;
    if (result.faults[number].struck > 0) json["last_ns"] = result.faults[number].last_ns;
    list.push_back(std::move(json));
  }
  return list;
}

// When each drift of the scenario changes the concept, and what it has done, in its order.
Json drifts_json(const Scenario& scenario, const RunResult& result) {
  Json list = Json::array();
  for (std::size_t number = 0; number < result.drifts.size(); ++number) {
    const ConceptDrift& drift = scenario.drifts[number];
    const DriftCount& count = result.drifts[number];
    Json json;
    if (!drift.name.empty()) json["name"] = drift.name;
    json["kind"] = drift_name(drift.kind);
    json["components"] = drift.components;
    if (!drift.on) json["on"] = false;
    json["transition"] = transition_name(drift.transition);
    json["at_ns"] = drift.at_ns;
    if (drift.width_ns > 0) json["width_ns"] = drift.width_ns;
    if (drift.period_ns > 0) json["period_ns"] = drift.period_ns;
    json["changed"] = count.changed;
    if (drift.kind == ConceptDriftKind::kClassPrior) json["left_out"] = count.left_out;
    if (count.infinite > 0) json["infinite"] = count.infinite;
    list.push_back(std::move(json));
  }
  return list;
}

Json fingerprint_json(const Fingerprints& fingerprints) {
  return {{"events", fingerprints.events},
          {"payload", fingerprints.payload},
          {"draws", fingerprints.draws},
          {"predictions", fingerprints.predictions},
          {"models", fingerprints.models}};
}

Json data_json(const DataDigests& data) {
  Json json = Json::object();
  for (const auto& [name, digest] : data) json[name] = hex64(digest);
  return json;
}

Json keys_json(const ScenarioKeys& keys) {
  Json::object_t json;  // the keys are known to differ; Json would search all of them at each insertion
  for (const ScenarioKey& one : keys) json.emplace_back(one.key, Json::parse(one.value));
  return json;
}

// A run on a real broker has no fingerprints: nothing in it happens in the same order twice.
Json summary(const RunReport& report) {
  const RunResult& result = report.result;
  Json json;
  json["title"] = report.scenario.title;
  json["scenario"] = std::filesystem::path(report.scenario.path).filename().string();
  json["scenario_hash"] = hex64(report.scenario.hash);
  json["settings"] = report.settings;
  json["seed"] = result.seed;
  if (result.ordering != 0) json["ordering"] = result.ordering;
  json["until"] = report.scenario.until_ns ? format_duration(*report.scenario.until_ns) : "drained";
  if (report.capture) json["capture"] = hex64(report.capture->checksum);
  json["data"] = data_json(report.data);
  if (!report.data_notes.empty()) json["data_notes"] = report.data_notes;
  json["version"] = version();
  json["status"] = status_name(result.status);
  if (!result.stall.empty()) json["stall"] = result.stall;
  if (!result.denial.empty()) json["denial"] = result.denial;
  json["virtual_time_ns"] = result.virtual_time_ns;
  if (result.occurrences_left_out > 0) json["occurrences_left_out"] = result.occurrences_left_out;
  json["events"] = result.events;
  json["deliveries"] = result.deliveries;
  json["unroutable"] = result.unroutable;
  if (result.clients.connected > 0) {
    json["clients"] = {{"connected", result.clients.connected},   {"published", result.clients.published},
                       {"unroutable", result.clients.unroutable}, {"delivered", result.clients.delivered},
                       {"settled", result.clients.settled},       {"refused", result.clients.refused}};
  }
  if (result.fingerprints != Fingerprints()) json["fingerprint"] = fingerprint_json(result.fingerprints);
  json["failed_components"] = result.failed;
  Json::object_t metrics;  // as in keys_json
  for (const auto& [name, value] : result.metrics) metrics.emplace_back(name, json_number<Json>(value));
  json["metrics"] = std::move(metrics);
  if (!result.passed.empty()) json["bindings"] = bindings_json(report.scenario, result);
  if (!result.drifts.empty()) json["drifts"] = drifts_json(report.scenario, result);
  if (!result.faults.empty()) json["faults"] = faults_json(report.scenario, result);
  json["expectations"] = Json::array();
  for (const ExpectationResult& one : report.expectations) {
    json["expectations"].push_back(expectation_json(one, is_judged(result)));
  }
  json["keys"] = keys_json(*report.scenario.keys);
  return json;
}

Json timing(const RunReport& report) {
  const double seconds = report.timing.wall_seconds;
  Json json;
  json["wall_seconds"] = seconds;
  json["threads"] = report.timing.threads;
  json["events_per_second"] = seconds > 0 ? static_cast<double>(report.result.events) / seconds : 0;
  json["deliveries_per_second"] = seconds > 0 ? static_cast<double>(report.result.deliveries) / seconds : 0;
  json["scenario_path"] = std::filesystem::absolute(report.scenario.path).string();
  if (report.capture) {
    json["capture_path"] = report.capture->path;
  }
  return json;
}

std::string_view of_text(ConfusionRow::Of of) {
  return of == ConfusionRow::Of::kLearning ? "learning" : "arrival";
}

std::string_view view_text(FigureView view) {
  if (view == FigureView::kWindow) return "window";
  return view == FigureView::kFaded ? "faded" : "overall";
}

std::string confusion_text(std::vector<ConfusionRow> rows) {
  const auto place = [](const ConfusionRow& row) {
    return std::tie(row.component, row.of, row.cell.view, row.cell.truth, row.cell.predicted);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const ConfusionRow& a, const ConfusionRow& b) { return place(a) < place(b); });
  std::string text = "component,of,view,truth,prediction,count\n";
  for (const auto& [component, of, cell] : rows) {
    text += fmt::format("{},{},{},{},{},{}\n", csv_field(component), of_text(of), view_text(cell.view),
                        cell.truth, cell.predicted, cell.count);
  }
  return text;
}

// "" for what is undefined.
std::string share_text(double part, double whole) { return whole > 0 ? fmt::format("{}", part / whole) : ""; }

std::string classes_text(std::vector<ClassRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const ClassRow& a, const ClassRow& b) {
    return std::tie(a.component, a.of) < std::tie(b.component, b.of);
  });
  std::string text = "component,of,view,label,truths,predictions,precision,recall,f1\n";
  for (const auto& [component, of, cell] : rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_field(component), of_text(of),
                        view_text(cell.view), cell.label, cell.truths, cell.predictions,
                        share_text(cell.hits, cell.predictions), share_text(cell.hits, cell.truths),
                        share_text(2 * cell.hits, cell.truths + cell.predictions));
  }
  return text;
}

}  // namespace

void write_results(const RunReport& report, RunFolder& folder) {
  // Text from a scenario may be any bytes; those that are not UTF-8 are replaced.
  folder.write(kSummaryFile, summary(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  std::string curves = "virtual_time_ns,component,metric,value\n";
  for (const CurveRow& row : report.result.curves) {
    curves +=
        fmt::format("{},{},{},{}\n", row.time_ns, csv_field(row.component), csv_field(row.metric), row.value);
  }
  folder.write(kMetricsFile, curves);
  if (!report.result.confusion.empty()) folder.write(kConfusionFile, confusion_text(report.result.confusion));
  if (!report.result.classes.empty()) folder.write(kClassesFile, classes_text(report.result.classes));
  write_observed(report.scenario, report.result, folder);
  Json last = timing(report);
  last["files"] = folder.file_names();
  folder.write(kTimingFile, last.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string report_json(const RunReport& report, const std::string& directory) {
  Json json = {{"directory", directory}};
  json.update(summary(report));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

void add_drift_warnings(const Scenario& scenario, const RunResult& result,
                        std::vector<std::string>& warnings) {
  for (std::size_t number = 0; number < result.drifts.size(); ++number) {
    const ConceptDrift& drift = scenario.drifts[number];
    const DriftCount& count = result.drifts[number];
    if (drift.on && count.changed + count.left_out == 0) {
      warnings.push_back(fmt::format("the drift {} changed nothing in this run: nothing was sent after {}",
                                     drift_title(drift, number), format_duration(drift.at_ns)));
    }
    if (count.infinite > 0) {
      warnings.push_back(fmt::format("the drift {} made {} infinite: a number became too large for a float32",
                                     drift_title(drift, number), counted(count.infinite, "row")));
    }
  }
}

}  // namespace

std::vector<std::string> run_warnings(const Scenario& scenario, const RunResult& result) {
  std::vector<std::string> warnings = refusal_warnings(result.refused);
  if (!result.denial.empty()) {
    warnings.insert(
        warnings.begin(),
        fmt::format("the run ended, because a user may not do what its component did: {}", result.denial));
  }
  if (result.status == RunStatus::kInterrupted) return warnings;
  for (std::size_t number = 0; number < result.passed.size(); ++number) {
    if (result.passed[number] > 0) continue;
    warnings.push_back(fmt::format(
        "the binding {} passed no message in this run: nothing that was written to "
        "'{}' fitted it",
        binding_text(binding_of(scenario, result, number)), binding_of(scenario, result, number).from));
  }
  for (std::size_t number = 0; number < result.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    if (result.faults[number].struck > 0 || !fault.on) continue;
    warnings.push_back(fmt::format("the fault {} never struck in this run", fault_title(fault, number)));
  }
  add_drift_warnings(scenario, result, warnings);
  return warnings;
}

}  // namespace dse
