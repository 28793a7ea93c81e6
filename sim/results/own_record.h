// Whether a record of events belongs to the run beside whose summary it is.
#pragma once

#include <string>

#include "sim/record/event_record.h"
#include "sim/results/run_summary.h"

namespace dse {

// Throws an InputError, for the record's `path`, when it is that of another run than the summary.
void require_own_record(const EventRecord& record, const std::string& path, const RunSummary& summary);

}  // namespace dse
