// A page that shows what happened in runs, or in an exploration: one HTML file that needs nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dse {

// The page of one run, of several runs of one scenario beside each other, or of one exploration. The same
// runs give the same bytes. Throws an InputError when a folder is none of these, is not whole or was left by
// another version, or when the runs are not of one scenario; a RunError when this program was built without
// what draws charts.
std::string report_page(const std::vector<std::filesystem::path>& folders);

// The page of a run that goes on: its scripts draw what the server of the page sends under "events", and send
// what people order to "control".
std::string live_page(const std::string& title);

// The file in which a folder's report is looked for: beside the folder, because a run directory holds nothing
// that its run has not written.
std::filesystem::path report_file_of(const std::filesystem::path& folder);

// Writes the page, in place of a report that is there. Throws an InputError when something else is, and a
// RunError when it cannot be written.
void write_report(const std::filesystem::path& file, const std::string& page);

}  // namespace dse
