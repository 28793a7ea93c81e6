// Whole pages of runs and explorations.
#include "sim/report/report.h"

#include <fmt/format.h>

#include <filesystem>
#include <regex>

#include "sim/report/page_parts.h"
#include "support/catch.h"
#include "support/draft_run.h"
#include "support/error_text.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;

struct Place {
  TemporaryFolder folder;

  fs::path put(const std::string& name, const DraftRun& run = {}) const {
    run.write(folder.path() / name);
    return folder.path() / name;
  }
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// The page without the scripts of others and ours, and without the data for them.
std::string content_of(const std::string& page) {
  REQUIRE(page.find("<script type=\"application/json\"") != std::string::npos);
  return page.substr(0, page.find("<script type=\"application/json\""));
}

ReportJson data_of(const std::string& page) {
  const std::string start = "id=\"report-data\">";
  const std::size_t begin = page.find(start) + start.size();
  return ReportJson::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a page shows a run: its title, what it was asked for, and a section for each thing") {
  const Place place;
  const std::string page = report_page({place.put("run")});
  CHECK(page.starts_with("<!doctype html><!-- a report of dse -->\n<html lang=\"en\">"));
  CHECK_THAT(page, ContainsSubstring("<title>Digits – dse report</title>"));
  CHECK_THAT(page, ContainsSubstring("digits.toml, seed 7, dse " + std::string(version()) + ": completed"));
  for (const char* part :
       {"id=\"overview\"", "id=\"expectations\"", "data-chart=\"topology\"", "data-chart=\"curves\"",
        "id=\"confusion\"", "id=\"wrong\"", "data-chart=\"queues\"", "data-chart=\"latencies\"",
        "id=\"occurrences\"", "id=\"metrics\"", "id=\"without-script\"", "1 of 1 expectation as planned",
        "echo ended with status 3", "fingerprint of events", "said 1, truth 7, confidence 0.900", "crash",
        "inversion"})
    CHECK_THAT(content_of(page), ContainsSubstring(part));
}

TEST_CASE("the same runs give the same bytes, and the order of the runs is that of the command line") {
  const Place place;
  const fs::path first = place.put("first");
  DraftRun other;
  other.summary["seed"] = 8;
  other.summary["metrics"]["lenet.accuracy"] = 0.5;
  const fs::path second = place.put("second", other);
  const std::string page = report_page({first, second});
  CHECK(page == report_page({first, second}));
  CHECK(data_of(page)["runs"][0]["label"] == "A: first");
  CHECK(data_of(page)["runs"][1]["label"] == "B: second");
  CHECK_THAT(page, ContainsSubstring("B: second − A: first"));
  CHECK_THAT(page, ContainsSubstring("<th scope=\"row\">lenet.accuracy</th><td class=\"number\">0.75</td>"
                                     "<td class=\"number\">0.5</td><td class=\"number\">-0.25</td>"));
  CHECK_THAT(page, ContainsSubstring("<p>2 runs of digits.toml</p>"));
  CHECK(data_of(report_page({second, first}))["runs"][0]["label"] == "A: second");
  CHECK_THAT(report_page({first, first}), ContainsSubstring("Every metric is the same."));
  CHECK_THAT(report_page({first / "", first / "."}), ContainsSubstring("A: first"));
}

TEST_CASE("a page loads nothing and asks nobody") {
  const Place place;
  DraftRun run;
  run.summary["title"] = "see http://example.org/";
  const std::string page = report_page({place.put("run", run)});
  CHECK_THAT(page, ContainsSubstring("content=\"default-src 'none'; script-src 'unsafe-inline'"));
  CHECK(page.find("connect-src") == std::string::npos);
  // All that refers to anything is the link to the content, and images within the page.
  const std::string content = content_of(page);
  const std::regex reference(R"re(\b(src|href|srcset|action|data|poster)\s*=\s*"([^"]{0,12}))re");
  for (std::sregex_iterator at(content.begin(), content.end(), reference), end; at != end; ++at) {
    const std::string to = (*at)[2];
    CHECK((to == "#main" || to.starts_with("data:image/")));
  }
  for (const char* loading : {"<link", "<iframe", "<object", "<embed", "<script src", "@import", "url("})
    CHECK(content.find(loading) == std::string::npos);
  CHECK(count_of(page, "<script>") == 3);
}

TEST_CASE("whatever names hold, they are text on the page") {
  const std::string hostile =
      "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onload=\"alert(3)";
  const Place place;
  DraftRun run;
  for (const char* key : {"title", "scenario", "status", "until"}) run.summary[key] = hostile;
  run.summary["settings"] = {hostile};
  run.summary["metrics"] = {{hostile, 1}};
  run.summary["failed_components"] = {{hostile, hostile}};
  run.summary["expectations"] = {{{"metric", hostile}, {"met", false}, {"detail", hostile}}};
  run.summary["faults"][0]["component"] = hostile;
  run.summary["faults"][0][hostile] = hostile;
  run.topology["components"][0]["name"] = hostile;
  run.topology["resources"][0]["name"] = hostile;
  run.topology["bindings"][0]["headers"] = {{hostile, hostile}};
  const std::string field =
      "\"</script><script>alert(1)</script><img src=x onerror=alert(2)>\"\" onload=\"\"alert(3)\"";
  run.tables["metrics.csv"] = "virtual_time_ns,component,metric,value\n1," + field + "," + field + ",1\n";
  run.tables["confusion.csv"] = "component,of,view,truth,prediction,count\n" + field +
                                ",learning,overall,1,1,1\n" + field + ",arrival,overall,1,1,1\n";
  run.tables["latencies.csv"] = "component,measure,largest_ns,messages\n" + field + "," + field + ",1,1\n";
  run.tables["occurrences.csv"] =
      "virtual_time_ns,component,what,fault,message\n1," + field + "," + field + ",," + field + "\n";
  run.tables["wrong_answers.csv"] =
      "component,virtual_time_ns,message,answers,label,truth,confidence,source,data_index\n" + field + ",1," +
      field + "," + field + ",1,7,0.9," + field + ",2\n";
  const std::string page = report_page({place.put("a\"><script>", run), place.put("b", run)});
  CHECK(content_of(page).find("<script") == std::string::npos);
  CHECK(content_of(page).find("<img") == std::string::npos);
  CHECK(content_of(page).find("\" onload=") == std::string::npos);
  CHECK(count_of(page, "<script>") == 3);
  CHECK(count_of(page, "</script>") == 4);
  CHECK(data_of(page)["runs"][0]["curves"][hostile][hostile] == ReportJson::parse("[[1e-09, 1.0]]"));
}

TEST_CASE("our scripts and those of others end no element but their own") {
  for (const std::string_view script : {charts_script(), layout_script(), page_script()}) {
    CHECK_FALSE(script.empty());
    CHECK(script.find("</script") == std::string_view::npos);
    CHECK(script.find("<!--") == std::string_view::npos);
  }
  CHECK(page_style().find("</style") == std::string_view::npos);
}

TEST_CASE("names that are not UTF-8 make a page that is") {
  const Place place;
  DraftRun run;
  run.tables["metrics.csv"] =
      "virtual_time_ns,component,metric,value\n1,a\xff"
      "b,accuracy,1\n";
  const std::string page = report_page({place.put("run", run)});
  CHECK(page.find('\xff') == std::string::npos);
  CHECK_THAT(content_of(page), ContainsSubstring("a\\xffb"));
  CHECK(
      data_of(page)["runs"][0]["curves"]["accuracy"].contains("a\xef\xbf\xbd"
                                                              "b"));
}

TEST_CASE("what did not happen has no section, and what was left out is told") {
  const Place place;
  DraftRun run;
  run.tables["metrics.csv"] = "virtual_time_ns,component,metric,value\n";
  for (const char* file : {"confusion.csv", "wrong_answers.csv"}) run.tables.erase(file);
  run.timing["files"] = {"summary.json"};
  run.summary["expectations"] = ReportJson::array();
  run.summary["occurrences_left_out"] = 12;
  const std::string content = content_of(report_page({place.put("run", run)}));
  for (const char* part : {"id=\"curves\"", "id=\"confusion\"", "id=\"wrong\""})
    CHECK(content.find(part) == std::string::npos);
  CHECK_THAT(content, ContainsSubstring("The scenario expects nothing."));
  CHECK_THAT(content, ContainsSubstring("left 12 out"));
}

TEST_CASE("a matrix of too many labels is told, and not drawn") {
  const Place place;
  DraftRun run;
  std::string rows = "component,of,view,truth,prediction,count\n";
  for (int label = 0; label < 41; ++label) rows += fmt::format("lenet,arrival,overall,{0},{0},1\n", label);
  run.tables["confusion.csv"] = rows;
  CHECK_THAT(content_of(report_page({place.put("run", run)})),
             ContainsSubstring("lenet: 41 labels are too many for a table; confusion.csv has them."));
}

TEST_CASE("runs of different scenarios are no report, and neither is an exploration beside a run") {
  const Place place;
  const fs::path run = place.put("run");
  DraftRun other;
  other.summary["scenario"] = "weather.toml";
  const fs::path weather = place.put("weather", other);
  CHECK(input_error([&] {
          report_page({run, weather});
        }) == weather.string() + ": is a run of weather.toml, and " + run.string() +
                  " is one of digits.toml: a report shows runs of one scenario beside each other; make one "
                  "report for "
                  "each");
  DraftExploration().write(place.folder.path() / "exploration");
  CHECK_THAT(
      input_error([&] {
        report_page({run, place.folder.path() / "exploration"});
      }),
      ContainsSubstring("exploration: is an exploration, which has a report by itself; leave the other"));
  CHECK_THAT(input_error([&] {
               report_page({run, place.folder.path() / "none"});
             }),
             ContainsSubstring("none: there is no such run directory"));
}

TEST_CASE("an exploration has its spreads, and its failures with the lines that reproduce them") {
  const Place place;
  const fs::path folder = place.folder.path() / "exploration";
  DraftExploration().write(folder);
  const std::string page = report_page({folder});
  CHECK_THAT(page, ContainsSubstring("<h1>digits.toml, explored</h1>\n<p>6 runs, 1 failed: completed</p>"));
  CHECK_THAT(page, ContainsSubstring("dse replay digits.toml --seed 2"));
  CHECK_THAT(page, ContainsSubstring("data-chart=\"spread\""));
  CHECK(data_of(page)["exploration"]["metrics"].contains("lenet.accuracy"));
  CHECK(page == report_page({folder}));
}

TEST_CASE("the live page may ask its server, and nobody else") {
  const std::string page = live_page("<b>digits</b>");
  CHECK_THAT(page, ContainsSubstring("connect-src 'self'"));
  CHECK_THAT(page, ContainsSubstring("<h1>&lt;b&gt;digits&lt;/b&gt;</h1>"));
  CHECK_THAT(page, ContainsSubstring("<div id=\"live\">"));
}

TEST_CASE("a folder's report is beside it, whatever way the folder is written") {
  const fs::path here = fs::current_path();
  CHECK(report_file_of("runs/mnist") == here / "runs/mnist.html");
  CHECK(report_file_of("runs/mnist/") == here / "runs/mnist.html");
  CHECK(report_file_of("runs/./x/../mnist") == here / "runs/mnist.html");
  CHECK(report_file_of("/runs/a.b") == "/runs/a.b.html");
}

TEST_CASE("a report replaces a report, and nothing else") {
  const Place place;
  const std::string page = report_page({place.put("run")});
  const fs::path file = place.folder.path() / "page.html";
  write_report(file, page);
  CHECK(text_of(file) == page);
  write_report(file, live_page("another"));
  CHECK(text_of(file) == live_page("another"));
  const std::string refusal = ": exists and is no report; choose another name, or move it away";
  for (const std::string& text :
       {std::string(), std::string("<!doctype html>\n"), std::string("years of work")}) {
    std::ofstream(file, std::ios::binary) << text;
    CHECK(input_error([&] { write_report(file, page); }) == file.string() + refusal);
    CHECK(text_of(file) == text);
  }
  CHECK(input_error([&] { write_report(place.folder.path(), page); }) ==
        place.folder.path().string() + refusal);
  CHECK(input_error([&] { write_report("/dev/null", page); }) == "/dev/null" + refusal);
  CHECK_THAT(error_text<RunError>([&] { write_report(place.folder.path() / "none/page.html", page); }),
             ContainsSubstring("No such file or directory"));
  CHECK_FALSE(fs::exists(place.folder.path() / "none"));
}
