// Components that only read and write, for tests of what is joined to what.
#pragma once

#include <string>
#include <utility>

#include "dse/plain_component.h"
#include "sim/scenario/scenario.h"

namespace dse {

inline ComponentConfig component(const std::string& name, Ports ports) {
  return {.name = name, .component = make_component(Program(), {.ports = std::move(ports)})};
}
inline ComponentConfig writer(const std::string& name, const std::string& to) {
  return component(name, {.reads = {}, .writes = {to}});
}
inline ComponentConfig reader(const std::string& name, const std::string& from) {
  return component(name, {.reads = from});
}

}  // namespace dse
