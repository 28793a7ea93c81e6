#include "sim/report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "dse/error.h"
#include "sim/report/html.h"
#include "sim/report/page_parts.h"
#include "sim/report/report_data.h"
#include "sim/report/report_tables.h"
#include "sim/results/replaced_file.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

// The first line of each report, by which one is recognised.
constexpr std::string_view kFirstLine = "<!doctype html><!-- a report of dse -->\n";

// A page may hold nothing from elsewhere, and asks nobody for anything.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

// The page of a run that goes on asks the server that it came from.
constexpr std::string_view kLivePolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";

// JSON within a script element: no text in it may end the element.
std::string script_json(const ReportJson& data) {
  std::string text = data.dump(-1, ' ', false, ReportJson::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

struct PageContent {
  std::string_view policy = kPolicy;
  std::string title;
  std::string subtitle;
  std::string main;  // HTML
  ReportJson data;
};

std::string page_of(const PageContent& content) {
  if (charts_script().empty() || layout_script().empty()) {
    throw RunError(
        "this dse was built without ECharts, which draws the charts of a report; run sim/report/fetch, and "
        "build again");
  }
  std::string page(kFirstLine);
  page += fmt::format(
      "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<title>{} – dse report</title>\n<style>\n{}</style></head>\n"
      "<body><a class=\"skip\" href=\"#main\">To the content</a>\n"
      "<header><h1>{}</h1>\n<p>{}</p></header>\n"
      "<p class=\"notice\" id=\"without-script\">Without JavaScript this page has its tables, but no "
      "charts.</p>\n"
      "<main id=\"main\" tabindex=\"-1\">\n{}</main>\n",
      content.policy, html_text(content.title), page_style(), html_text(content.title),
      html_text(content.subtitle), content.main);
  page += fmt::format("<script type=\"application/json\" id=\"report-data\">{}</script>\n",
                      script_json(content.data));
  for (const std::string_view script : {charts_script(), layout_script(), page_script()})
    page += fmt::format("<script>\n{}\n</script>\n", script);
  return page + "</body></html>\n";
}

std::string section(std::string_view id, std::string_view title, std::string_view chart,
                    std::string_view content) {
  if (chart.empty() && content.empty()) return "";
  std::string place;
  if (!chart.empty()) place = fmt::format("<div class=\"chart-place\" data-chart=\"{}\"></div>\n", chart);
  return fmt::format("<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>\n{2}{3}</section>\n", id,
                     title, place, content);
}

// What `html` gives for each run.
template <typename Html>
std::string of_each(const std::vector<LabelledRun>& runs, Html html) {
  std::string all;
  for (const LabelledRun& run : runs) all += html(run);
  return all;
}

std::string runs_html(const std::vector<LabelledRun>& runs) {
  const auto any = [&runs](const auto& has) { return std::any_of(runs.begin(), runs.end(), has); };
  std::string html = section("overview", "Overview", "", overview_html(runs));
  html += section("expectations", "Expectations", "", expectations_html(runs));
  html += section("topology", "Topology", "topology", topology_html(runs.front().run));
  if (any([](const LabelledRun& run) { return !run.run.curves.empty(); })) {
    html += section("curves", "Curves over virtual time", "curves",
                    html_details("Curves as tables, at some of their points", of_each(runs, curves_html)));
  }
  html += section("confusion", "Confusion matrices", "", of_each(runs, confusion_html));
  if (any([](const LabelledRun& run) { return !run.run.wrong_answers.empty(); }))
    html += section("wrong", "The most confident wrong answers", "", of_each(runs, wrong_answers_html));
  html += section("queues", "Queues", "queues", of_each(runs, queues_html));
  html += section("latencies", "Latencies", "latencies", of_each(runs, latencies_html));
  html +=
      section("occurrences", "Faults, drifts and life of components", "", of_each(runs, occurrences_html));
  return html + section("metrics", "Metrics", "", metrics_html(runs));
}

// "A: mnist-s7", the shortest that tells the runs apart.
std::string label_of(std::size_t number, const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  const fs::path plain = whole.has_filename() ? whole : whole.parent_path();
  const std::string letter =
      number < 26 ? std::string(1, static_cast<char>('A' + number)) : fmt::format("{}", number + 1);
  return fmt::format("{}: {}", letter, plain.filename().string());
}

void require_one_scenario(const std::vector<LabelledRun>& runs) {
  const ReportJson& first = runs.front().run.summary;
  for (const LabelledRun& run : runs) {
    if (run.run.summary.at("scenario") == first.at("scenario")) continue;
    throw InputError(
        {.file = run.run.folder.string()},
        fmt::format("is a run of {}, and {} is one of {}: a report shows runs of one scenario beside "
                    "each other; make one report for each",
                    run.run.summary.at("scenario").get<std::string>(), runs.front().run.folder.string(),
                    first.at("scenario").get<std::string>()));
  }
}

std::string runs_page(const std::vector<fs::path>& folders) {
  std::vector<LabelledRun> runs;
  for (const fs::path& folder : folders) {
    if (is_exploration(folder) && folders.size() > 1) {
      throw InputError({.file = folder.string()},
                       "is an exploration, which has a report by itself; leave the other folders out");
    }
    runs.push_back(
        {.label = folders.size() > 1 ? label_of(runs.size(), folder) : "", .run = read_run(folder)});
  }
  require_one_scenario(runs);
  const ReportJson& first = runs.front().run.summary;
  ReportJson data = {{"runs", ReportJson::array()}};
  for (const LabelledRun& run : runs) data["runs"].push_back(run_data(run.run, run.label));
  std::string subtitle =
      fmt::format("{}, seed {}, dse {}: {}", first.at("scenario").get<std::string>(), first.at("seed").dump(),
                  first.at("version").get<std::string>(), first.at("status").get<std::string>());
  if (runs.size() > 1)
    subtitle = fmt::format("{} runs of {}", runs.size(), first.at("scenario").get<std::string>());
  const std::string title = first.at("title").get<std::string>();
  return page_of({.title = title.empty() ? first.at("scenario").get<std::string>() : title,
                  .subtitle = subtitle,
                  .main = runs_html(runs),
                  .data = std::move(data)});
}

std::string exploration_page(const fs::path& folder) {
  const FinishedExploration found = read_exploration(folder);
  const std::string scenario = found.summary.at("scenario");
  return page_of({.title = fs::path(scenario).filename().string() + ", explored",
                  .subtitle = fmt::format("{} runs, {} failed: {}", found.summary.at("runs").dump(),
                                          found.summary.at("failed").dump(),
                                          found.summary.at("status").get<std::string>()),
                  .main = exploration_html(found),
                  .data = {{"exploration", exploration_data(found)}}});
}

}  // namespace

std::string report_page(const std::vector<fs::path>& folders) {
  if (folders.size() == 1 && is_exploration(folders.front())) return exploration_page(folders.front());
  return runs_page(folders);
}

std::string live_page(const std::string& title) {
  const std::string main =
      "<section aria-labelledby=\"run\"><h2 id=\"run\">The run</h2>\n"
      "<div id=\"live\"></div></section>\n" +
      section("topology", "Topology", "live-topology", "") +
      section("curves", "Curves over virtual time", "live-curves", "") +
      section("queues", "Queues", "live-queues", "");
  return page_of({.policy = kLivePolicy,
                  .title = title,
                  .subtitle = "live page of a run",
                  .main = main,
                  .data = ReportJson::object()});
}

fs::path report_file_of(const fs::path& folder) {
  fs::path file = fs::absolute(folder).lexically_normal();
  if (!file.has_filename()) file = file.parent_path();
  return file += ".html";
}

void write_report(const fs::path& file, const std::string& page) {
  ReplacedFile(file.string(), {.start = kFirstLine, .what = "report"}).write(page);
}

}  // namespace dse
