#include "sim/definitions/repeated_definitions.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

#include "core/printable.h"

namespace dse {
namespace {

// In what a note says of them, and which of several counts.
struct Repeatable {
  std::string_view name;
  std::string_view counts;
};

template <typename Definition>
void add_repeated(const std::vector<Definition>& definitions, const std::string& vhost, Repeatable kind,
                  std::vector<std::string>& notes) {
  std::map<std::string, int> times;
  for (const Definition& one : definitions) {
    if ((one.vhost.empty() || one.vhost == vhost) && ++times[one.name] == 2)
      notes.push_back(fmt::format("not imported: the {} {} more than once; the {} one counts", kind.name,
                                  quoted_text(one.name), kind.counts));
  }
}

}  // namespace

std::vector<std::string> repetition_notes(const Definitions& definitions, const std::string& vhost) {
  std::vector<std::string> notes;
  add_repeated(definitions.exchanges, vhost, {.name = "exchange", .counts = "first"}, notes);
  add_repeated(definitions.queues, vhost, {.name = "queue", .counts = "first"}, notes);
  add_repeated(definitions.policies, vhost, {.name = "policy", .counts = "last"}, notes);
  add_repeated(definitions.operator_policies, vhost, {.name = "operator policy", .counts = "last"}, notes);
  return notes;
}

std::vector<PolicyDefinition> without_replaced(std::vector<PolicyDefinition> policies) {
  std::map<std::string, std::size_t> last;
  for (std::size_t place = 0; place < policies.size(); ++place) last[policies[place].name] = place;
  std::vector<PolicyDefinition> left;
  for (std::size_t place = 0; place < policies.size(); ++place) {
    if (last.at(policies[place].name) == place) left.push_back(std::move(policies[place]));
  }
  return left;
}

}  // namespace dse
