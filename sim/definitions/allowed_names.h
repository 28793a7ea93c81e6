// Names of a scenario for names of a broker, which takes any text of 255 bytes.
#pragma once

#include <map>
#include <set>
#include <string>

namespace dse {

class AllowedNames {
 public:
  // Whether a resource or exchange of a scenario may have the name as it is.
  static bool allows(const std::string& name);

  // Keeps the name from being given to another one.
  void take(const std::string& name) { taken_.insert(name); }
  // A name that is like this one, may be used, and has not been given before: bytes that a scenario does not
  // take become `-`, and what is too long is cut.
  std::string name_like(const std::string& name);
  // The same without dots: the name of a component.
  std::string component_name_like(const std::string& name);

 private:
  std::string free_name(const std::string& name);

  std::set<std::string> taken_;
  std::map<std::string, int> numbers_;  // the last one behind each name that several have
};

}  // namespace dse
