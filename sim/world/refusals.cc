#include "sim/world/refusals.h"

#include <fmt/format.h>

#include <utility>

#include "core/csv.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "sim/scenario/run_files.h"

namespace dse {

Refusals::Refusals(OpenLines open_lines, std::function<void(const std::string&)> warn)
    : open_lines_(std::move(open_lines)), warn_(std::move(warn)) {}

void Refusals::write(const Refusal& refusal) {
  if (!lines_) {
    lines_ = open_lines_(kRefusedFile);
    lines_("virtual_time_ns,component,queue,message,key,bytes,reason");
  }
  const MessageFields& message = refusal.message;
  lines_(fmt::format("{},{},{},{},{},{},{}", refusal.time_ns, csv_field(refusal.component),
                     csv_field(refusal.queue), csv_field(message.id), csv_field(message.key),
                     message.payload.size(), csv_field(refusal.reason)));
}

void Refusals::add(const Refusal& refusal) {
  write(refusal);
  const MessageFields& message = refusal.message;
  RefusalCount& count = counts_[refusal.component];
  if (++count.messages > 1) return;
  count.first = fmt::format("message {} of '{}': {}", quoted_text(message.id), refusal.queue, refusal.reason);
  if (warn_) {
    warn_(fmt::format("component '{}' refuses {}; what else it refuses is counted and written to {}",
                      refusal.component, count.first, kRefusedFile));
  }
}

void Refusals::add_refusal_of_client(const Refusal& refusal) {
  write(refusal);
  if (!is_told(++of_clients_) || !warn_) return;
  warn_(
      fmt::format("{} was told {} (refusal {})", refusal.component, printable(refusal.reason), of_clients_));
}

std::uint64_t Refusals::count(const std::string& component) const {
  const auto found = counts_.find(component);
  return found == counts_.end() ? 0 : found->second.messages;
}

std::vector<std::string> refusal_warnings(const std::map<std::string, RefusalCount>& counts) {
  std::vector<std::string> warnings;
  for (const auto& [component, count] : counts) {
    warnings.push_back(fmt::format("component '{}' refused {} message{}, the first: {}", component,
                                   count.messages, count.messages == 1 ? "" : "s", count.first));
  }
  return warnings;
}

}  // namespace dse
