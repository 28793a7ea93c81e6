#include "amqp/broker_address.h"

#include <amqp.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string_view>

#include "dse/error.h"

namespace dse {
namespace {

constexpr int kHeartbeatSecondsMax = 3600;
constexpr const char* kForm =
    "expected amqp://USER@HOST:PORT/VHOST or amqps://..., with ?heartbeat=SECONDS if need be";

// Removes "?heartbeat=30" from the URL.
int take_heartbeat(std::string& url, int otherwise, const std::string& given_by) {
  const std::size_t query = url.find('?');
  if (query == std::string::npos) return otherwise;
  const std::string parameters = url.substr(query + 1);
  url.resize(query);
  constexpr std::string_view kName = "heartbeat=";
  int seconds = 0;
  const char* end = parameters.data() + parameters.size();
  if (parameters.starts_with(kName)) {
    const auto [stopped, error] = std::from_chars(parameters.data() + kName.size(), end, seconds);
    if (error == std::errc() && stopped == end && seconds >= 0 && seconds <= kHeartbeatSecondsMax)
      return seconds;
  }
  throw InputError({.file = given_by},
                   fmt::format("the only parameter of a broker's URL is heartbeat, in seconds from 0 to {}",
                               kHeartbeatSecondsMax));
}

}  // namespace

std::string BrokerAddress::describe() const {
  const bool bare = host.find(':') == std::string::npos;
  return fmt::format("{}://{}@{}:{}/{}", tls ? "amqps" : "amqp", external ? "certificate" : user,
                     bare ? host : "[" + host + "]", port, vhost == "/" ? "" : vhost);
}

namespace {

// `least_port` is 0 for a URL at which this process listens.
BrokerAddress parse_url(const std::string& url, const std::string& given_by, int least_port) {
  BrokerAddress address;
  std::string text = url;
  address.heartbeat_s = take_heartbeat(text, address.heartbeat_s, given_by);
  amqp_connection_info parts;
  amqp_default_connection_info(&parts);
  // The parser writes into its input, and its results point into it.
  if (amqp_parse_url(text.data(), &parts) != AMQP_STATUS_OK || *parts.host == '\0' ||
      parts.port < least_port || parts.port > UINT16_MAX) {
    if (least_port == 0)
      throw InputError({.file = given_by},
                       "is no URL to listen at: expected amqp://HOST:PORT or amqps://HOST:PORT, and "
                       "/VHOST behind it for another virtual host than /");
    throw InputError({.file = given_by}, fmt::format("is not a broker's URL: {}", kForm));
  }
  address.host = parts.host;
  address.port = parts.port;
  address.user = parts.user;
  address.password = parts.password;
  if (*parts.vhost != '\0') address.vhost = parts.vhost;
  address.tls = parts.ssl != 0;
  return address;
}

}  // namespace

BrokerAddress parse_broker_url(const std::string& url, const std::string& given_by) {
  return parse_url(url, given_by, 1);
}

BrokerAddress parse_listener_url(const std::string& url, const std::string& given_by) {
  return parse_url(url, given_by, 0);
}

bool has_password(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return false;
  const std::string rest = url.substr(scheme + 3);
  const std::string authority = rest.substr(0, rest.find('/'));
  const std::size_t at = authority.rfind('@');
  return at != std::string::npos && authority.substr(0, at).find(':') != std::string::npos;
}

std::string without_passwords(std::string text) {
  constexpr std::string_view kScheme = "://";
  for (std::size_t at = text.find(kScheme); at != std::string::npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const std::size_t end = std::min(text.find_first_of(" \t\n'\"", at), text.size());
    // A password may hold any sign, written as it should not be: the last @ of the word ends it.
    const std::size_t host = text.substr(0, end).rfind('@');
    if (host == std::string::npos || host < at) continue;
    const std::string user = text.substr(at, host - at);
    const bool has_password = user.find(':') != std::string::npos || user.find("%3A") != std::string::npos ||
                              user.find("%3a") != std::string::npos;
    if (has_password) text.replace(at, host - at, "***");
  }
  return text;
}

std::string read_password_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw InputError({.file = path}, fmt::format("cannot be opened: {}", std::strerror(errno)));
  constexpr std::size_t kLongest = 65'536;  // else a device that never ends would be read for ever
  std::string password;
  for (char c = 0; file.get(c) && c != '\n';) {
    password += c;
    if (password.size() > kLongest)
      throw InputError({.file = path}, fmt::format("has a first line of more than {} bytes", kLongest));
  }
  if (password.ends_with('\r')) password.pop_back();
  if (password.empty()) throw InputError({.file = path}, "has no password in its first line");
  return password;
}

}  // namespace dse
