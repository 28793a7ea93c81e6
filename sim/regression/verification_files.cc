#include "sim/regression/verification_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/printable.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "ok";
    case Verdict::kNoRow:
      return "no row";
    case Verdict::kDiffers:
      return "differs";
    case Verdict::kNotDeterministic:
      return "not deterministic";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kWrongInput:
      return "wrong input";
    case Verdict::kNoFile:
      return "no file";
    case Verdict::kInterrupted:
      return "interrupted";
  }
  return "?";
}

// Text, or the value of an attribute. Control characters are no characters of XML, and are escaped before.
std::string xml_text(std::string_view text) {
  std::string line = one_line(text);
  // These two are characters of UTF-8 and none of XML.
  for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = line.find(forbidden); at != std::string::npos; at = line.find(forbidden))
      line.replace(at, forbidden.size(), forbidden.back() == '\xBE' ? "\\ufffe" : "\\uffff");
  }
  std::string escaped;
  for (const char c : line) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// The name of the element in which a verdict is told; "" for none.
std::string_view element_of(const Verified& one) {
  if (is_well(one)) return "";
  if (one.verification.verdict == Verdict::kInterrupted) return "skipped";
  return one.verification.verdict == Verdict::kWrongInput ? "error" : "failure";
}

std::string test_case(const Verified& one) {
  const Verification& verification = one.verification;
  const std::string_view element = element_of(one);
  const std::string opening = fmt::format(R"(    <testcase classname="dse.verify" name="{}" time="{:.3f}")",
                                          xml_text(one.path), verification.wall_seconds);
  if (element.empty()) return opening + "/>\n";
  const std::string_view verdict = verdict_name(verification.verdict);
  std::string why = verification.summary;
  if (why.empty() && !verification.details.empty()) why = verification.details.front();
  const std::string message = why.empty() ? std::string(verdict) : fmt::format("{}: {}", verdict, why);
  if (element == "skipped")
    return fmt::format("{}>\n      <skipped message=\"{}\"/>\n    </testcase>\n", opening, message);
  std::vector<std::string> details;
  for (const std::string& detail : verification.details) details.push_back(xml_text(detail));
  return fmt::format("{0}>\n      <{1} type=\"{2}\" message=\"{3}\">{4}</{1}>\n    </testcase>\n", opening,
                     element, verdict, xml_text(message), fmt::join(details, "\n"));
}

}  // namespace

bool is_well(const Verified& one) { return one.updated || one.verification.verdict == Verdict::kSame; }

std::string verification_json(const std::vector<Verified>& verified) {
  Json json = {{"verified", Json::array()}};
  for (const Verified& one : verified) {
    Json row = {{"scenario", one.path},
                {"verdict", verdict_name(one.verification.verdict)},
                {"updated", one.updated},
                {"summary", one.verification.summary},
                {"details", one.verification.details}};
    json["verified"].push_back(std::move(row));
  }
  json["failed"] = std::ranges::count_if(verified, [](const Verified& one) { return !is_well(one); });
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string junit_xml(const std::vector<Verified>& verified) {
  double seconds = 0;
  std::string cases;
  for (const Verified& one : verified) {
    seconds += one.verification.wall_seconds;
    cases += test_case(one);
  }
  const auto count = [&verified](std::string_view element) {
    return std::ranges::count(verified, element, element_of);
  };
  return fmt::format(
      "{} tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\">\n"
      "{}  </testsuite>\n</testsuites>\n",
      kJunitStart, verified.size(), count("failure"), count("error"), count("skipped"), seconds, cases);
}

}  // namespace dse
