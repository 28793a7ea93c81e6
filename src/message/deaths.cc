#include "message/deaths.h"

#include <utility>
#include <variant>
#include <vector>

namespace dse {

HeaderValue without_times(const HeaderValue& deaths) {
  const auto* array = std::get_if<HeaderArray>(&deaths);
  if (array == nullptr) return deaths;
  std::vector<HeaderValue> values = array->values();
  for (HeaderValue& value : values) {
    const auto* table = std::get_if<HeaderTable>(&value);
    if (table == nullptr) continue;
    Headers death = table->entries();
    death.remove("time");
    value = HeaderTable(std::move(death));
  }
  return HeaderArray(std::move(values));
}

}  // namespace dse
