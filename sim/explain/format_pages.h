// The pages of the scenario format by what people ask for: a table, a key, a kind, a learner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dse/tables.h"
#include "sim/explain/markdown_section.h"

namespace dse {

// docs/scenario-format.md, as it was when the program was built.
std::string_view scenario_format_page();

class FormatPages {
 public:
  // The page of the format, and that of the kinds of these tables.
  explicit FormatPages(const Tables& tables);

  // What there is to ask for, in lines.
  std::string overview() const;
  // What is known of a table ("expect"), a key ("resource.message_ttl", "message_ttl"), a kind, a learner or
  // another topic of the overview, as plain text. Throws InputError with the nearest name when nothing is.
  std::string page(const std::string& topic) const;
  // What the page of the format says of a key of a table, as one line; "" when it says nothing. `choice` is
  // the kind, or whatever else has the key as its own; "" for a key of all.
  struct KeyName {
    std::string table;
    std::string key;
    std::string choice = {};
  };
  std::string meaning(const KeyName& name) const;

 private:
  struct Topic {
    std::string name;
    MarkdownSection section;
    std::string parent;  // the topic that it is a part of; "" for none
  };

  void add_format();
  void add_kinds(const Tables& tables);
  std::vector<const Topic*> topics_named(std::string_view name) const;
  std::string text_of(const Topic& topic) const;
  std::string rows_of(const std::vector<const Topic*>& topics, const std::string& key) const;
  std::vector<const Topic*> with_parts(const std::vector<const Topic*>& topics) const;
  std::vector<std::string> names() const;
  std::vector<std::string> key_names(const std::vector<const Topic*>& topics) const;

  std::vector<Topic> topics_;
};

}  // namespace dse
