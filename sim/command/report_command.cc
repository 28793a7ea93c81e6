#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/command/command.h"
#include "sim/report/report.h"

namespace dse {
namespace {

struct ReportArguments {
  std::vector<std::string> runs;
  std::string out;
};

int report_command(const ReportArguments& arguments) {
  const std::vector<std::filesystem::path> folders(arguments.runs.begin(), arguments.runs.end());
  const std::string page = report_page(folders);
  const std::filesystem::path file =
      arguments.out.empty() ? report_file_of(arguments.runs.front()) : std::filesystem::path(arguments.out);
  write_report(file, page);
  fmt::print("report in {}\n", file.string());
  return kExitOk;
}

}  // namespace

void add_report_command(CommandParser& parser) {
  auto arguments = std::make_shared<ReportArguments>();
  ProgramCommand command = parser.add_command(
      "report",
      "Show what happened in a run, several runs of a scenario, or an exploration, as one HTML page");
  command.add_arguments("runs", arguments->runs, "directories of runs, or of one exploration").required();
  command.add_text("-o,--out", arguments->out, "the page (default: the first directory's name with .html)");
  command.example("dse report runs/sample-four-models-s7");
  command.on_run([arguments] { return report_command(*arguments); });
}

}  // namespace dse
