// What `dse verify` has found, for other programs: JSON, and the XML that continuous integration reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/regression/verification.h"

namespace dse {

// One scenario, or a row that is left over from one.
struct Verified {
  std::string path;
  Verification verification;
  bool updated = false;  // its row was added, rewritten or dropped, as the user asked
};

// Whether it is as it should be.
bool is_well(const Verified& one);

// {"verified": [{"scenario", "verdict", "updated", "summary", "details"}, ...], "failed": N}
std::string verification_json(const std::vector<Verified>& verified);

// How junit_xml() begins.
inline constexpr std::string_view kJunitStart =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"dse verify\"";
// JUnit's XML: a <testsuite> with a <testcase> for each, in whose <failure>, <error> (wrong input) or
// <skipped> (interrupted) is what differs. Valid XML 1.0 whatever the names and messages hold: what is no
// character there is escaped as printable() does.
std::string junit_xml(const std::vector<Verified>& verified);

}  // namespace dse
