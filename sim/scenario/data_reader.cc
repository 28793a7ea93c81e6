#include "sim/scenario/data_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "dataset/dataset_maker.h"
#include "dse/error.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

// The file that a key names, ready to open.
ReadFile read_file(TableReader& table, const std::string& key, const std::filesystem::path& folder) {
  const std::string written = file_name(table, key);
  return {.key = key, .path = (folder / written).string(), .place = table.place(key), .written = written};
}

std::shared_ptr<const DataSource> read_images(const std::string& name, TableReader& table,
                                              const std::filesystem::path& folder) {
  DataSource source{.name = name, .files = {read_file(table, "images", folder)}};
  if (table.has("labels")) source.files.push_back(read_file(table, "labels", folder));
  source.open = [files = source.files](const DataSource::Opening& opening) {
    try {
      const bool labelled = files.size() > 1;
      return opening.cache.get({files[0].path, labelled ? std::optional(files[1].path) : std::nullopt});
    } catch (const InputError& refusal) {
      const bool about_labels = files.size() > 1 && refusal.place().file == files[1].path;
      throw InputError(files[about_labels ? 1 : 0].place, refusal.what());
    }
  };
  return std::make_shared<const DataSource>(std::move(source));
}

char read_separator(TableReader& table) {
  const std::string text = table.text_or("separator", ",");
  if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r" && text[0] > 0) return text[0];
  throw InputError(table.place("separator"),
                   "is no separator: expected one ASCII character, such as \",\", \";\", \"\\t\" or \"|\"");
}

std::vector<std::string> texts_or_none(TableReader& table, const std::string& key) {
  return table.has(key) ? table.texts(key) : std::vector<std::string>();
}

// How a CSV file is written.
void read_csv_options(TableReader& table, TableOptions& options) {
  options.separator = read_separator(table);
  options.header = table.has("header") ? table.flag("header") : true;
}

void refuse_csv_options(TableReader& table) {
  for (const std::string key : {"separator", "header"}) {
    if (table.has(key))
      throw InputError(table.place(key), "says how a CSV file is written, and the format is \"jsonl\"");
  }
}

TableOptions read_table_options(TableReader& table, const std::string& path, TableFormat format) {
  TableOptions options{.file = path, .format = format};
  if (format == TableFormat::kCsv) {
    read_csv_options(table, options);
  } else {
    refuse_csv_options(table);
  }
  options.features = texts_or_none(table, "features");
  options.label = table.text_if_any("label");
  options.classes = texts_or_none(table, "classes");
  if (!options.classes.empty() && !options.label)
    throw InputError(table.place("classes"), "lists labels, but no column is the `label`");
  options.missing =
      std::array{Missing::kRefuse, Missing::kMean, Missing::kSkip}[table.choice_or("missing", 0)];
  if (table.has("missing_values")) options.missing_texts = table.texts("missing_values");
  options.time = table.text_if_any("time");
  constexpr std::array kUnits = {TimeUnit::kSecond, TimeUnit::kMillisecond, TimeUnit::kMicrosecond,
                                 TimeUnit::kNanosecond};
  if (const auto unit = table.choice_if_any("time_unit")) options.time_unit = kUnits[*unit];
  options.time_origin = table.choice_or("time_origin", 0) == 0 ? TimeOrigin::kFirstRow : TimeOrigin::kZero;
  for (const std::string key : {"time_unit", "time_origin"}) {
    if (table.has(key) && !options.time)
      throw InputError(table.place(key), "says what times mean, but no column is the `time`");
  }
  return options;
}

std::shared_ptr<const DataSource> read_table(const std::string& name, TableReader& table,
                                             const std::filesystem::path& folder, TableFormat format) {
  DataSource source{.name = name, .files = {read_file(table, "file", folder)}};
  const TableOptions options = read_table_options(table, source.files[0].path, format);
  source.has_times = options.time.has_value();
  std::map<std::string, InputPlace> places;
  for (const std::string key : {"features", "label", "classes", "missing", "time"})
    places[key] = table.place(key);
  source.open = [options, places = std::move(places),
                 file = source.files[0]](const DataSource::Opening& opening) {
    try {
      return opening.cache.get(fmt::format("{} {}", opening.in_memory, identity_of(options)),
                               [&] { return DatasetMaker::from_table(options, opening.in_memory); });
    } catch (const InputError& refusal) {
      const auto about = places.find(refusal.place().key);
      throw InputError(about == places.end() ? file.place : about->second, refusal.what());
    }
  };
  return std::make_shared<const DataSource>(std::move(source));
}

std::shared_ptr<const DataSource> read_pictures(const std::string& name, TableReader& table,
                                                const std::filesystem::path& folder) {
  DataSource source{.name = name, .files = {read_file(table, "folder", folder)}};
  const PictureOptions options{.folder = source.files[0].path, .classes = texts_or_none(table, "classes")};
  source.open = [options, classes = table.place("classes"),
                 place = source.files[0].place](const DataSource::Opening& opening) {
    try {
      return opening.cache.get(identity_of(options), [&] { return DatasetMaker::from_pictures(options); });
    } catch (const InputError& refusal) {
      throw InputError(refusal.place().key == "classes" ? classes : place, refusal.what());
    }
  };
  return std::make_shared<const DataSource>(std::move(source));
}

}  // namespace

std::shared_ptr<const DataSource> read_data(const std::string& name, const toml::table& node,
                                            const std::filesystem::path& folder) {
  TableReader table(node, "data." + name, format_table("data"));
  std::shared_ptr<const DataSource> source;
  switch (table.choice("format")) {
    case 0:
      source = read_images(name, table, folder);
      break;
    case 1:
      source = read_table(name, table, folder, TableFormat::kCsv);
      break;
    case 2:
      source = read_table(name, table, folder, TableFormat::kJsonl);
      break;
    default:
      source = read_pictures(name, table, folder);
  }
  table.finish();
  return source;
}

}  // namespace dse
