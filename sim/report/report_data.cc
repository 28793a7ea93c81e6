#include "sim/report/report_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "dse/time.h"
#include "sim/report/drawn_topology.h"

namespace dse {
namespace {

double seconds(TimeNs time_ns) { return static_cast<double>(time_ns) / 1e9; }

// {metric: {component: [[seconds, value], ...]}}
ReportJson curves_json(const std::vector<CurveRow>& curves) {
  std::map<std::string, std::map<std::string, ReportJson>> by_metric;
  for (const CurveRow& row : curves) {
    ReportJson& points = by_metric[row.metric][row.component];
    points.push_back(ReportJson::array({seconds(row.time_ns), row.value}));
  }
  return by_metric;
}

// The rows of one component and measure.
using LatencyRows = std::span<const LatencyRow>;

std::vector<LatencyRows> latency_groups(const std::vector<LatencyRow>& rows) {
  std::vector<LatencyRows> groups;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= rows.size(); ++end) {
    const bool same = end < rows.size() && rows[end].component == rows[begin].component &&
                      rows[end].measure == rows[begin].measure;
    if (same) continue;
    groups.push_back(LatencyRows(rows).subspan(begin, end - begin));
    begin = end;
  }
  return groups;
}

std::uint64_t messages_in(LatencyRows rows) {
  std::uint64_t messages = 0;
  for (const LatencyRow& row : rows) messages += row.messages;
  return messages;
}

// The latency that at least `rank` messages do not exceed.
TimeNs latency_at(LatencyRows rows, std::uint64_t rank) {
  std::uint64_t seen = 0;
  for (const LatencyRow& row : rows) {
    seen += row.messages;
    if (seen >= rank) return row.largest_ns;
  }
  return rows.back().largest_ns;
}

// Points [share that is not longer, ns]: four for each halving of what is left, as HdrHistogram's percentile
// distributions have them.
ReportJson percentiles_json(LatencyRows rows) {
  const std::uint64_t messages = messages_in(rows);
  ReportJson points = ReportJson::array();
  for (int step = 0;; ++step) {
    const double share = 1 - std::exp2(-step / 4.0);
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(messages)));
    points.push_back(ReportJson::array({share, latency_at(rows, std::max<std::uint64_t>(rank, 1))}));
    if (rank >= messages) return points;
  }
}

ReportJson latencies_json(const std::vector<LatencyRow>& rows) {
  ReportJson json = ReportJson::array();
  for (const LatencyRows group : latency_groups(rows)) {
    json.push_back({{"component", group.front().component},
                    {"measure", group.front().measure},
                    {"points", percentiles_json(group)}});
  }
  return json;
}

std::string title_of(const ReportJson& planted) {
  const std::string kind = planted.at("kind");
  return planted.contains("name") ? fmt::format("{} ({})", planted.at("name").get<std::string>(), kind)
                                  : kind;
}

// What happened, for lines across the curves.
class MarkersMaker {
 public:
  ReportJson make(const FinishedRun& run) {
    end_ns_ = run.summary.at("virtual_time_ns");
    if (run.summary.contains("drifts")) {
      for (const ReportJson& drift : run.summary.at("drifts")) add_drift(drift);
    }
    if (run.summary.contains("faults")) faults_ = run.summary.at("faults");
    for (const ReportJson& fault : faults_) add_fault(fault);
    for (const Occurrence& one : run.occurrences) add_occurrence(one);
    std::stable_sort(markers_.begin(), markers_.end(), [](const ReportJson& a, const ReportJson& b) {
      return a.at("time").get<double>() < b.at("time").get<double>();
    });
    return markers_;
  }
  // How many there were beside those.
  std::uint64_t left_out() const { return left_out_; }

 private:
  static constexpr std::size_t kOfOneSort = 40;  // more would hide the curves

  // What was planted for a time after the end of the run has not happened.
  void add(TimeNs time_ns, const std::string& sort, const std::string& label) {
    if (time_ns > end_ns_) return;
    if (++counts_[sort] > kOfOneSort) {
      ++left_out_;
      return;
    }
    markers_.push_back({{"time", seconds(time_ns)}, {"sort", sort}, {"label", label}});
  }

  void add_drift(const ReportJson& drift) {
    if (!drift.value("on", true)) return;
    const TimeNs period_ns = drift.value("period_ns", TimeNs{0});
    TimeNs time_ns = drift.at("at_ns");
    add(time_ns, "drift", "drift: " + title_of(drift));
    while (period_ns > 0 && time_ns < end_ns_ - period_ns && counts_["drift"] < kOfOneSort) {
      time_ns += period_ns;
      add(time_ns, "drift", "drift: " + title_of(drift));
    }
  }

  void add_fault(const ReportJson& fault) {
    if (!fault.value("on", true)) return;
    const std::string label =
        fmt::format("fault: {} on {}", title_of(fault), fault.at("component").get<std::string>());
    for (const char* key : {"from_ns", "at_ns"}) {
      if (fault.contains(key)) add(fault.at(key), "fault", label);
    }
    if (fault.contains("until_ns")) add(fault.at("until_ns"), "fault", label + " ends");
  }

  void add_occurrence(const Occurrence& one) {
    if (one.what == "struck") return add_strike(one);
    if (one.what == "fault due") return;  // the fault itself has said when
    const std::string sort = one.what == "alarm" || one.what == "warning" ? "alarm" : "life";
    add(one.time_ns, sort, fmt::format("{} {}", one.component, one.what));
  }

  // The first strike of a fault that has not said when it begins.
  void add_strike(const Occurrence& one) {
    if (!one.fault || *one.fault >= faults_.size() || !struck_.insert(*one.fault).second) return;
    const ReportJson& fault = faults_[*one.fault];
    if (fault.contains("from_ns") || fault.contains("at_ns")) return;
    add(one.time_ns, "fault", fmt::format("fault: {} first strikes {}", title_of(fault), one.component));
  }

  TimeNs end_ns_ = 0;
  ReportJson markers_ = ReportJson::array();
  ReportJson faults_ = ReportJson::array();
  std::set<std::size_t> struck_;
  std::map<std::string, std::size_t> counts_;
  std::uint64_t left_out_ = 0;
};

}  // namespace

ReportJson run_data(const FinishedRun& run, const std::string& label) {
  MarkersMaker maker;
  ReportJson markers = maker.make(run);
  return {{"label", label},
          {"end", seconds(run.summary.at("virtual_time_ns"))},
          {"curves", curves_json(run.curves)},
          {"markers", std::move(markers)},
          {"markersLeftOut", maker.left_out()},
          {"latencies", latencies_json(run.latencies)},
          {"topology", drawn_json(drawn_topology(run))}};
}

ReportJson exploration_data(const FinishedExploration& exploration) {
  std::map<std::string, ReportJson> metrics;
  for (const SpreadRow& row : exploration.spreads) {
    metrics[row.metric].push_back(
        {{"values", row.values},
         {"runs", row.runs},
         {"box", {row.min, row.lower_quartile, row.median, row.upper_quartile, row.max}}});
  }
  return {{"parameters", exploration.parameters}, {"metrics", metrics}};
}

std::vector<LatencyFigures> latency_figures(const std::vector<LatencyRow>& rows) {
  std::vector<LatencyFigures> all;
  for (const LatencyRows group : latency_groups(rows)) {
    LatencyFigures figures{.component = group.front().component,
                           .measure = group.front().measure,
                           .messages = messages_in(group),
                           .permille = {},
                           .largest_ns = group.back().largest_ns};
    for (const std::uint64_t permille : kLatencyPermille)
      figures.permille.push_back(latency_at(group, (figures.messages * permille + 999) / 1000));
    all.push_back(std::move(figures));
  }
  return all;
}

}  // namespace dse
